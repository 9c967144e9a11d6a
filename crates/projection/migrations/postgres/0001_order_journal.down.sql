DROP TABLE order_journal;
