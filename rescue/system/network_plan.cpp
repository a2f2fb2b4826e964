// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/network_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/base/text.h"

namespace nrear::system {

namespace {

using base::cat;
using layout::Interface;
using layout::InterfaceKind;

/// Which card of this machine stands for which recorded one: by MAC, then by name, then by driver, then in order.
class CardMatch {
public:
    CardMatch(const layout::Network& recorded, const std::vector<Card>& cards, std::vector<std::string>& notes) : cards_(cards) {
        std::vector<const Interface*> wanted;
        for (const auto& interface : recorded.interfaces) {
            if (interface.kind == InterfaceKind::kPhysical) {
                wanted.push_back(&interface);
            }
        }
        pair(wanted, [](const Interface& want, const Card& card) { return !want.mac.empty() && want.mac == card.mac; });
        const auto matched_by_mac = names_.size();
        pair(wanted, [](const Interface& want, const Card& card) { return want.name == card.name; });
        pair(wanted, [](const Interface& want, const Card& card) { return !want.driver.empty() && want.driver == card.driver; });
        pair(wanted, [](const Interface&, const Card&) { return true; });
        if (matched_by_mac < wanted.size()) {
            tell(wanted, notes);
        }
    }

    std::optional<std::string> card_for(const std::string& recorded_name) const {
        const auto found = names_.find(recorded_name);
        return found == names_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    template <class Fits>
    void pair(const std::vector<const Interface*>& wanted, Fits fits) {
        for (const Interface* want : wanted) {
            if (names_.contains(want->name)) {
                continue;
            }
            const auto card = std::find_if(cards_.begin(), cards_.end(), [&](const Card& it) { return !taken_.contains(it.name) && fits(*want, it); });
            if (card != cards_.end()) {
                names_[want->name] = card->name;
                taken_.insert(card->name);
            }
        }
    }

    void tell(const std::vector<const Interface*>& wanted, std::vector<std::string>& notes) const {
        for (const Interface* want : wanted) {
            const auto name = card_for(want->name);
            if (!name) {
                notes.push_back(cat("no card here for ", want->name, " (", want->mac, ")"));
                continue;
            }
            const auto card = std::find_if(cards_.begin(), cards_.end(), [&](const Card& it) { return it.name == *name; });
            if (card->mac != want->mac) {
                notes.push_back(cat(want->name, " (", want->mac, ") is not here: using ", card->name, " (", card->mac, ") in its place"));
            }
        }
    }

    const std::vector<Card>& cards_;
    std::map<std::string, std::string> names_;
    std::set<std::string> taken_;
};

class Planner {
public:
    Planner(const layout::Network& recorded, const std::vector<Card>& cards, bool use_dhcp)
        : recorded_(recorded), match_(recorded, cards, plan_.notes), use_dhcp_(use_dhcp) {}

    NetworkPlan make() {
        for (const auto& interface : recorded_.interfaces) {
            add(interface);
        }
        add_routes();
        return std::move(plan_);
    }

private:
    const Interface* find(const std::string& name) const {
        const auto found = std::find_if(recorded_.interfaces.begin(), recorded_.interfaces.end(), [&](const Interface& it) { return it.name == name; });
        return found == recorded_.interfaces.end() ? nullptr : &*found;
    }

    /// An idle card is left alone: up without an address it helps nobody.
    bool needed(const Interface& interface) const {
        return !interface.addresses.empty() || std::any_of(recorded_.interfaces.begin(), recorded_.interfaces.end(), [&](const Interface& other) {
            return other.parent == interface.name || std::find(other.members.begin(), other.members.end(), interface.name) != other.members.end();
        });
    }

    void add(const Interface& interface) {
        if (!needed(interface)) {
            return;
        }
        const auto link = make_link(interface);
        if (!link) {
            return;
        }
        links_[interface.name] = *link;
        plan_.steps.emplace_back(SetUp{*link, interface.mtu});
        if (use_dhcp_ && !interface.addresses.empty()) {
            plan_.steps.emplace_back(AskDhcp{*link});
        }
        for (const auto& address : interface.addresses) {
            (use_dhcp_ ? plan_.without_dhcp : plan_.steps).emplace_back(AddAddress{*link, address});
        }
    }

    std::optional<std::string> make_link(const Interface& interface) {
        switch (interface.kind) {
            case InterfaceKind::kPhysical: return match_.card_for(interface.name);
            case InterfaceKind::kBond: return make_bond(interface);
            case InterfaceKind::kBridge: return make_bridge(interface);
            case InterfaceKind::kVlan: return make_vlan(interface);
            case InterfaceKind::kOvs: return stand_in(interface);
        }
        return std::nullopt;
    }

    std::vector<std::string> present_members(const Interface& interface) const {
        std::vector<std::string> members;
        for (const auto& member : interface.members) {
            if (const auto link = links_.find(member); link != links_.end()) {
                members.push_back(link->second);
            }
        }
        return members;
    }

    std::optional<std::string> cannot(const Interface& interface, std::string_view why) {
        plan_.notes.push_back(cat(interface.name, " cannot be set up: ", why));
        return std::nullopt;
    }

    std::optional<std::string> make_bond(const Interface& interface) {
        const auto members = present_members(interface);
        if (members.empty()) {
            return cannot(interface, "none of its members is here");
        }
        const std::string settings = cat("/sys/class/net/", interface.name, "/bonding/");
        plan_.steps.emplace_back(CreateLink{interface.name, "bond", "", 0});
        if (!interface.bond_mode.empty()) {
            plan_.steps.emplace_back(WriteSetting{settings + "mode", interface.bond_mode});
        }
        std::optional<WriteSetting> primary;
        for (const auto& option : interface.bond_options) {
            const auto equals = option.find('=');
            const std::string name = option.substr(0, equals);
            const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
            if (name == "primary") {  // only a member can be it
                primary = WriteSetting{settings + name, links_.contains(value) ? links_.at(value) : value};
            } else if (name != "mode") {
                plan_.steps.emplace_back(WriteSetting{settings + name, value});
            }
        }
        for (const auto& member : members) {
            plan_.steps.emplace_back(SetMaster{member, interface.name});
        }
        if (primary) {
            plan_.steps.emplace_back(*primary);
        }
        return interface.name;
    }

    std::optional<std::string> make_bridge(const Interface& interface) {
        plan_.steps.emplace_back(CreateLink{interface.name, "bridge", "", 0});
        for (const auto& member : present_members(interface)) {
            plan_.steps.emplace_back(SetMaster{member, interface.name});
        }
        return interface.name;
    }

    std::optional<std::string> make_vlan(const Interface& interface) {
        const auto parent = links_.find(interface.parent);
        if (parent == links_.end()) {
            return cannot(interface, cat(interface.parent, " below it is not here"));
        }
        plan_.steps.emplace_back(CreateLink{interface.name, "vlan", parent->second, interface.vlan_id});
        return interface.name;
    }

    /// There is no Open vSwitch here: what it carried goes to the card (or bond) below, tagged where its port was.
    std::optional<std::string> stand_in(const Interface& interface) {
        if (interface.vlan_id != 0 && !interface.parent.empty()) {
            return make_vlan(interface);
        }
        for (const auto& member : interface.members) {
            const Interface* port = find(member);
            if (port != nullptr && port->kind != InterfaceKind::kOvs && links_.contains(member)) {
                plan_.notes.push_back(cat(interface.name, " was an Open vSwitch bridge: ", links_.at(member), " carries its addresses"));
                return links_.at(member);
            }
        }
        return cannot(interface, "it was made by Open vSwitch");
    }

    void add_routes() {
        auto routes = recorded_.routes;
        // A gateway is only accepted when the way to it is known.
        std::stable_partition(routes.begin(), routes.end(), [](const layout::Route& route) { return route.gateway.empty(); });
        for (const auto& route : routes) {
            if (const auto link = links_.find(route.interface); link != links_.end()) {
                (use_dhcp_ ? plan_.without_dhcp : plan_.steps).emplace_back(AddRoute{route.destination, route.gateway, link->second, route.metric});
            }
        }
    }

    const layout::Network& recorded_;
    NetworkPlan plan_;
    CardMatch match_;
    bool use_dhcp_;
    std::map<std::string, std::string> links_;  ///< recorded name -> name of the link here
};

/// The card that the operator named, else the one that stands for the recorded default route's, else the first.
const Card* chosen_card(const layout::Network& recorded, const std::vector<Card>& cards, const std::string& wanted) {
    const auto by = [&](auto fits) {
        const auto found = std::find_if(cards.begin(), cards.end(), fits);
        return found == cards.end() ? nullptr : &*found;
    };
    if (!wanted.empty()) {
        return by([&](const Card& card) { return card.name == wanted || card.mac == base::to_lower(wanted); });
    }
    std::vector<std::string> ignored;
    const CardMatch match(recorded, cards, ignored);
    for (const auto& route : recorded.routes) {
        const auto name = route.destination == "default" ? match.card_for(route.interface) : std::nullopt;
        if (name) {
            return by([&](const Card& card) { return card.name == *name; });
        }
    }
    return cards.empty() ? nullptr : &cards.front();
}

/// ip=, dhcp or netdev= on the kernel command line replace what was recorded.
NetworkPlan plan_by_arguments(const layout::Network& recorded, const std::vector<Card>& cards, const KernelArguments& arguments) {
    NetworkPlan plan;
    const Card* card = chosen_card(recorded, cards, arguments.interface);
    if (card == nullptr) {
        plan.notes.push_back(arguments.interface.empty() ? "this machine has no network card that its kernel knows" : cat("netdev=", arguments.interface, ": no such network card"));
        return plan;
    }
    plan.steps.emplace_back(SetUp{card->name, 0});
    if (arguments.ip.empty()) {
        plan.steps.emplace_back(AskDhcp{card->name});
        return plan;
    }
    std::string address = arguments.ip;
    if (address.find('/') == std::string::npos) {
        int prefix = prefix_of_netmask(arguments.netmask);
        if (prefix < 0) {
            prefix = address.find(':') == std::string::npos ? 24 : 64;
            plan.notes.push_back(cat("ip=", arguments.ip, " has no usable netmask (nm=): taking /", prefix));
        }
        address = cat(address, "/", prefix);
    }
    plan.steps.emplace_back(AddAddress{card->name, address});
    if (!arguments.gateway.empty()) {
        plan.steps.emplace_back(AddRoute{"default", arguments.gateway, card->name, 0});
    }
    return plan;
}

}  // namespace

std::vector<Card> list_cards(const base::Root& root) {
    std::vector<Card> cards;
    for (const auto& name : root.list("/sys/class/net")) {
        const std::string directory = "/sys/class/net/" + name;
        if (!root.exists(directory + "/device")) {
            continue;
        }
        const std::string module = root.read_link(directory + "/device/driver/module").value_or("");
        const std::string driver = root.read_link(directory + "/device/driver").value_or("");
        const std::string& link = module.empty() ? driver : module;
        cards.push_back({name, base::to_lower(root.read_line(directory + "/address")), link.substr(link.rfind('/') + 1)});
    }
    return cards;
}

NetworkPlan plan_network(const layout::Network& recorded, const std::vector<Card>& cards, const KernelArguments& arguments, bool use_dhcp) {
    NetworkPlan plan;
    if (!arguments.no_network) {
        const bool by_arguments = arguments.dhcp || !arguments.ip.empty() || !arguments.interface.empty();
        plan = by_arguments ? plan_by_arguments(recorded, cards, arguments) : Planner(recorded, cards, use_dhcp).make();
    }
    plan.steps.emplace(plan.steps.begin(), SetUp{"lo", 0});
    return plan;
}

std::string describe(const NetworkStep& step) {
    struct Text {
        std::string operator()(const CreateLink& it) const { return cat("make ", it.kind, " ", it.name, it.parent.empty() ? "" : cat(" (", it.vlan_id, " on ", it.parent, ")")); }
        std::string operator()(const WriteSetting& it) const { return cat("write ", it.value, " to ", it.path); }
        std::string operator()(const SetMaster& it) const { return cat("put ", it.member, " into ", it.master); }
        std::string operator()(const SetUp& it) const { return cat("switch on ", it.name); }
        std::string operator()(const AddAddress& it) const { return cat("give ", it.interface, " the address ", it.address); }
        std::string operator()(const AddRoute& it) const { return cat("route ", it.destination, it.gateway.empty() ? "" : " by " + it.gateway, " through ", it.interface); }
        std::string operator()(const AskDhcp& it) const { return cat("ask for an address on ", it.interface, " (DHCP)"); }
    };
    return std::visit(Text{}, step);
}

}  // namespace nrear::system
