/**
 * @file mailproto.hpp
 * A thin C++17 face of mailproto.h: handles that free themselves, std::string_view for bytes and text,
 * exceptions for what went wrong.
 *
 * Exceptions, because a handle is made in a constructor and a wrong call is a mistake of the program; what a
 * peer says is an event, never an exception. The one failure that is part of the normal course, a full
 * buffer (MAILPROTO_ERR_FULL), is a return value: the verbs that can meet it in the loop tell by a bool.
 *
 * Views that are returned lie in the handle, as long as mailproto.h says. Everything is inline.
 */
#ifndef MAILPROTO_HPP
#define MAILPROTO_HPP

#include "mailproto.h"
#include "mailproto/endpoint.hpp"
#include "mailproto/pop3.hpp"
#include "mailproto/sasl.hpp"
#include "mailproto/smtp.hpp"

#endif  // MAILPROTO_HPP
