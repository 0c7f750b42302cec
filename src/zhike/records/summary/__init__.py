"""The grouped summary of any list: count, sum or mean by one or two fields, every figure a way into its records."""
