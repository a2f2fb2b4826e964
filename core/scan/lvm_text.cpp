// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/lvm_text.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

constexpr unsigned kDeepest = 16;  // LVM itself goes to 4

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("_-+./@#").find(c) != std::string_view::npos; }

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    LvmNode run() {
        LvmNode root{"", {}, {}, true, false};
        root.children = section(0, false);
        return root;
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
        throw Error(ErrorKind::kIntegrity, cat("read LVM's metadata, line ", line), why);
    }

    void skip_blanks() {
        while (at_ < text_.size()) {
            if (text_[at_] == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
                ++at_;
            } else {
                return;
            }
        }
    }

    char next() {
        skip_blanks();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    bool take(char c) {
        const bool there = next() == c && at_ < text_.size();
        at_ += there ? 1 : 0;
        return there;
    }

    std::vector<LvmNode> section(unsigned depth, bool inner) {
        if (depth > kDeepest) {
            refuse("sections are nested too deep");
        }
        std::vector<LvmNode> nodes;
        for (;;) {
            skip_blanks();
            if (at_ == text_.size()) {
                if (inner) {
                    refuse("it ends within a section");
                }
                return nodes;
            }
            if (inner && take('}')) {
                return nodes;
            }
            nodes.push_back(node(depth));
        }
    }

    LvmNode node(unsigned depth) {
        LvmNode out;
        out.name = next() == '"' ? quoted() : word("a name");
        if (take('{')) {
            out.is_section = true;
            out.children = section(depth + 1, true);
        } else if (take('=')) {
            value_of(out);
        } else {
            refuse(cat("expected { or = after ", base::printable(out.name)));
        }
        return out;
    }

    void value_of(LvmNode& out) {
        if (!take('[')) {
            out.values.push_back(value());
            return;
        }
        out.is_list = true;
        while (!take(']')) {
            out.values.push_back(value());
            if (!take(',') && next() != ']') {
                refuse("expected , or ] in a list");
            }
        }
    }

    LvmValue value() { return next() == '"' ? LvmValue{quoted(), true} : LvmValue{word("a value"), false}; }

    std::string word(const char* what) {
        const auto start = at_;
        while (at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        if (at_ == start) {
            refuse(cat("expected ", what));
        }
        return std::string(text_.substr(start, at_ - start));
    }

    std::string quoted() {
        std::string out;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 1 : 0;
            out += text_[at_];
        }
        if (at_ == text_.size()) {
            refuse("a string has no end");
        }
        ++at_;
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string written(const LvmValue& value) {
    return value.is_string ? cat("\"", base::replace_all(base::replace_all(value.text, "\\", "\\\\"), "\"", "\\\""), "\"") : value.text;
}

}  // namespace

const LvmNode* LvmNode::find(std::string_view child) const {
    const auto found = std::find_if(children.begin(), children.end(), [&](const LvmNode& node) { return node.name == child; });
    return found == children.end() ? nullptr : &*found;
}

LvmNode parse_lvm_text(std::string_view text) { return Parser(text).run(); }

std::string to_setting(const LvmNode& node) {
    std::vector<std::string> values;
    for (const auto& value : node.values) {
        values.push_back(written(value));
    }
    const auto joined = base::join(values, ", ");
    return cat(node.name, " = ", node.is_list ? cat("[", joined, "]") : joined);
}

}  // namespace nrear::scan
