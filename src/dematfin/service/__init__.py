"""What runs without anybody: a clock on one machine, workers on several, and what tells how they fare."""
