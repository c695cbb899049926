"""What is kept: functions on a transaction, in and out values of the core. The only package that knows SQL."""
