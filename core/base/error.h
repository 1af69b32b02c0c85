// SPDX-License-Identifier: GPL-3.0-or-later
// The one exception for what a person can act on: a file that cannot be read, a value out of range.
// Its message is one clear sentence that names the file or the value. Anything else that is thrown is our own bug.
// Both are caught in two places only: Job (the window) and main of the command.
#pragma once

#include <exception>
#include <utility>

#include "core/base/message.h"

namespace fcoscope {

class UserError : public std::exception {
public:
    explicit UserError(Message message, bool noRoom = false)
        : message_(std::move(message)), english_(message_.english()), noRoom_(noRoom)
    {
    }
    const Message &message() const { return message_; }
    /// A disk is full, or a quota used up: the same may go well once somebody has made room.
    bool noRoom() const { return noRoom_; }
    const char *what() const noexcept override { return english_.c_str(); }

private:
    Message message_;
    std::string english_;
    bool noRoom_;
};

}  // namespace fcoscope
