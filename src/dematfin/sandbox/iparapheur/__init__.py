"""i-Parapheur simulated: the SOAP contract of v4, which v5 answers too, on both its paths."""
