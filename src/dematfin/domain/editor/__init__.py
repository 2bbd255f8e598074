"""The flows of a finance software that makes the mandats itself: what they pay, and which invoices of ours."""
