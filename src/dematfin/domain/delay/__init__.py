"""Days that count: public holidays, the visa's J+5, the legal delay of payment, what it costs to miss it."""
