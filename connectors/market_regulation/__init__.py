"""The market-regulation department's enterprise register: SOAP/XML."""
