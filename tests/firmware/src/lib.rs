//! What the programs for the Cortex-M3 board share.
//!
//! `send` mails an attachment through the core; `baseline` sends the same
//! attachment with no mail protocol at all. The difference between the two is
//! what the protocol costs in flash, RAM and stack.
#![no_std]

pub mod attachment;
pub mod board;
pub mod stack;
