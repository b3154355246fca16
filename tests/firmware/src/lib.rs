//! What the programs for the Cortex-M3 board share.
//!
//! | program | what it does |
//! | --- | --- |
//! | `send` | mails a message by SMTP |
//! | `newest` | reads the subject of the newest message by POP3 |
//! | `both` | one behind the other |
//! | `baseline`, `baseline_newest`, `baseline_both` | the same with no mail protocol around it |
//!
//! The difference between a program and its baseline is what the protocols cost in flash, RAM and stack.
#![no_std]

pub mod attachment;
pub mod board;
pub mod driver;
pub mod message;
pub mod plain;
pub mod reading;
pub mod sending;
pub mod stack;
pub mod subject;
