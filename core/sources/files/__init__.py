"""Files as a source: delimited text, Excel workbooks and Parquet, read as text first and typed afterwards."""
