//! One test of each behaviour for each of several servers.

/// Makes a module for one server, with one test for each function of these names: it is given the
/// server, freshly started, which must have had nothing to complain about in the end.
macro_rules! to {
    ($server:ident: $($behaviour:ident)*) => {
        mod $server {
            $(
                #[test]
                fn $behaviour() {
                    let server = crate::servers::$server::start();
                    super::$behaviour(&server);
                    server.assert_no_complaint();
                }
            )*
        }
    };
}
