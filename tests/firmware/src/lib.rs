//! What the programs for the Cortex-M3 board share.
//!
//! `send` mails a message through the core; `baseline` sends the same message
//! with no mail protocol around it. The difference between the two is
//! what the protocol costs in flash, RAM and stack.
#![no_std]

pub mod attachment;
pub mod board;
pub mod driver;
pub mod message;
pub mod stack;
