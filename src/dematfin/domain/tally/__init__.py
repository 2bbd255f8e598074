"""Facts that figures are counted from, drawn from the journal once and never changed afterwards."""
