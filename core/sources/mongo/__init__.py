"""MongoDB as a source of tables: documents flattened, typed under a contract, summed on the server."""
