//! What is written is read as it was meant; what is read is written so that it reads the same.

mod bodies;
mod commands;
mod encodings;
mod message_both;
mod message_writer;
mod replies;
mod smuggling;
mod state;
mod values;
