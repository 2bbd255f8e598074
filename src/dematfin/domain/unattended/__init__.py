"""What runs without anybody: the day of a collectivité, how far it has gone, what was set aside."""
