"""What is worth telling people and programs outside: pure, from runs, decisions and the clock to messages."""
