//! The board: QEMU's `lm3s6965evb`, its first two serial ports, and the way out.

use core::panic::PanicInfo;
use core::ptr::NonNull;

use arm_pl011_uart::{DataBits, LineConfig, PL011Registers, Parity, StopBits, Uart, UniqueMmioPointer};
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hio::{self, HostStream};

/// A serial port of the chip.
#[derive(Clone, Copy)]
pub enum Port {
    /// UART0.
    First,
    /// UART1.
    Second,
}

impl Port {
    /// Where the chip's manual puts its registers.
    const fn registers(self) -> Option<NonNull<PL011Registers>> {
        NonNull::new(match self {
            Self::First => 0x4000_C000 as *mut PL011Registers,
            Self::Second => 0x4000_D000 as *mut PL011Registers,
        })
    }
}

/// Opens a serial port.
///
/// # Safety
///
/// To be called once for each port: two owners of one would take each other's bytes.
pub unsafe fn serial_port(port: Port) -> Option<Uart<'static>> {
    // SAFETY: the chip has a PL011 at this address for as long as it runs, and
    // the caller vouches that nobody else holds it.
    let mut uart = Uart::new(unsafe { UniqueMmioPointer::new(port.registers()?) });
    let line = LineConfig { data_bits: DataBits::Bits8, parity: Parity::None, stop_bits: StopBits::One };
    uart.enable(line, 115_200, 12_000_000).ok()?;
    Some(uart)
}

/// Prints one line for the host that runs the emulator: a name, and what there is to say of it.
pub fn print(name: &str, text: &[u8]) {
    let Ok(mut host) = hio::hstdout() else {
        return;
    };
    for piece in [name.as_bytes(), b" ", text, b"\n"] {
        let _ = host.write_all(piece);
    }
}

/// Prints a line of `name value` pairs for the host that runs the emulator.
pub fn report(pairs: &[(&str, usize)]) {
    let Ok(mut host) = hio::hstdout() else {
        return;
    };
    for (name, value) in pairs {
        let _ = host.write_all(name.as_bytes());
        let _ = host.write_all(b" ");
        print_decimal(&mut host, *value);
        let _ = host.write_all(b"\n");
    }
}

/// Ends the emulator: with status 0 when the job was done, else with 1.
pub fn exit(done: bool) -> ! {
    debug::exit(if done { EXIT_SUCCESS } else { EXIT_FAILURE });
    loop {
        core::hint::spin_loop();
    }
}

/// Prints a number without the formatting machinery, which can panic.
fn print_decimal(host: &mut HostStream, value: usize) {
    if value >= 10 {
        print_decimal(host, value / 10);
    }
    let _ = host.write_all(&[b'0' + (value % 10) as u8]);
}

/// No path leads here: the build refuses a program that could panic. A language
/// item must exist all the same.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    exit(false)
}
