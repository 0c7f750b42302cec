"""What real people said about their work, walked through; each test quotes its voice."""
