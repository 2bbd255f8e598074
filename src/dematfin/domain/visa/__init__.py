"""The visa: who must say that the service was done, and by when."""
