"""The DGFiP's side: the entry gate that answers flows, the comptable who pays or rejects mandats."""
