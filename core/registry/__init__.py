"""Published models as plain files: kept by content, loaded by id, one of them active."""
