"""The national enterprise credit-disclosure system: reconciliation list, push in both directions."""
