//! Compiles what only C can do: counting the heap of every language, and calling libetpan, a peer.
//!
//! Neither is a must: without glibc no heap is counted, without libetpan that peer is left out.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=native");
    println!("cargo::rustc-check-cfg=cfg(counted_heap)");
    println!("cargo::rustc-check-cfg=cfg(libetpan)");
    println!("cargo::rustc-check-cfg=cfg(newer_peers)");
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        cc::Build::new().file("native/heap.c").opt_level(3).compile("mailproto_bench_heap");
        println!("cargo::rustc-cfg=counted_heap");
    }
    match pkg_config::Config::new().cargo_metadata(false).probe("libetpan") {
        Ok(library) => {
            cc::Build::new()
                .file("native/etpan.c")
                .includes(&library.include_paths)
                .opt_level(3)
                .compile("mailproto_bench_etpan");
            // What it links itself is its own affair.
            println!("cargo::rustc-link-lib=etpan");
            println!("cargo::rustc-cfg=libetpan");
        }
        Err(_) => println!("cargo::warning=libetpan is not here (Debian: libetpan-dev), so that peer is left out"),
    }
}
