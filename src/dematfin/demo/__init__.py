"""The product run on the sandbox, from Chorus Pro to the payment."""
