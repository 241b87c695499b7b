"""What Kaggle hands out: archives, folders, tables, annotations; the embedded demo."""
