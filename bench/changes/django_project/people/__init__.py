"""Another kind of account, for the change that takes it up."""
