"""Paper: separator sheets, batches of scanned pages, documents that are not invoices yet."""
