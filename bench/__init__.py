"""What is measured: each module prints a table with its conditions; nothing here is asserted by a clock."""
