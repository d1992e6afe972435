"""What others collected: files of rows (JSONL, CSV) and of pages (WARC, ARC), each read to its end whatever is wrong in the middle."""
