"""What people said when they were asked: counted, protected, and written in every form in which it is published."""
