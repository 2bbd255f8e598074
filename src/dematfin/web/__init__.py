"""The pages: what a head of service reads and decides in a browser."""
