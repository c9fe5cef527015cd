"""The finance department's nightly batch file."""
