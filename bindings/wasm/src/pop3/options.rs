//! The options that both of POP3's clients share, in the order of `POP3_CLIENT` in `npm/lib/layout.js`.

use crate::arguments::Numbers;
use crate::options::Common;
use mailproto::Limits;
use mailproto::pop3::{ClientOptions, ClientTimeouts};

pub(crate) fn client(numbers: &mut Numbers<'_>) -> ClientOptions {
    let Common { leniency, limits } = Common::read(numbers, Limits::default());
    let mut timeouts = ClientTimeouts::default();
    numbers.small(&mut timeouts.greeting);
    numbers.small(&mut timeouts.reply);
    numbers.small(&mut timeouts.data_block);
    numbers.small(&mut timeouts.update);
    ClientOptions { limits, leniency, timeouts }
}
