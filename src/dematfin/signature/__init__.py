"""XAdES signatures of PES flows, as the DGFiP's policy wants them."""
