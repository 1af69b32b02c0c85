// SPDX-License-Identifier: GPL-3.0-or-later
// What Python would do here is call something. Nothing is called: the few names that weights are made of get a node of
// their own that keeps the arguments, and everything else becomes opaque.
#include "core/fcos/checkpoint/pickle_reader.h"
#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {
namespace {

/// NumPy moved numpy.core to numpy._core in version 2.
bool isNumpy(const std::string &name, const char *inside)
{
    return name == std::string("numpy.core.") + inside || name == std::string("numpy._core.") + inside;
}

}  // namespace

void PickleReader::opaque(const std::string &name)
{
    push(makeNamed(NodeKind::Opaque, nameIndex(name)));
}

void PickleReader::wrap(NodeKind kind, NodeId child)
{
    const NodeId node = make(kind);
    append(node, child);
    push(node);
}

void PickleReader::reduce()
{
    const NodeId arguments = pop(), function = pop();
    if (tree_.kind(function) != NodeKind::Global && tree_.kind(function) != NodeKind::Opaque)
        refuse("its pickle calls what is no function");
    if (tree_.kind(arguments) != NodeKind::Tuple)
        refuse("its pickle calls a function without a tuple of arguments");
    // A copy: what is called may grow the table of names.
    const std::string name = tree_.name(function);
    if (tree_.kind(function) == NodeKind::Opaque)
        opaque(name);
    else
        called(name, arguments);
}

void PickleReader::construct(bool keywords)
{
    if (keywords)
        pop();
    const NodeId arguments = pop(), type = pop();
    if (tree_.kind(type) != NodeKind::Global && tree_.kind(type) != NodeKind::Opaque)
        refuse("its pickle makes an object of what is no class");
    if (tree_.kind(arguments) != NodeKind::Tuple)
        refuse("its pickle makes an object without a tuple of arguments");
    opaque(std::string(tree_.name(type)));
}

void PickleReader::called(const std::string &name, NodeId arguments)
{
    if (name == "collections.OrderedDict")
        orderedDict(arguments);
    else if (!calledTorch(name, arguments) && !calledNumpy(name, arguments))
        opaque(name);
}

/// OrderedDict() as Python 3 writes it, its entries following; OrderedDict([[key, value], …]) as Python 2 does.
void PickleReader::orderedDict(NodeId arguments)
{
    const NodeId dict = make(NodeKind::OrderedDict);
    push(dict);
    if (tree_.count(arguments) == 0)
        return;
    const NodeId entries = tree_.children(arguments, 1)[0];
    if (tree_.count(arguments) != 1 || tree_.kind(entries) != NodeKind::List)
        refuse("its pickle makes an ordered dictionary of what is no list");
    for (const NodeId entry : tree_.children(entries)) {
        if (!tree_.isSequence(entry) || tree_.count(entry) != 2)
            refuse("its pickle makes an ordered dictionary of what are no pairs");
        for (const NodeId part : tree_.children(entry))
            append(dict, part);
    }
}

bool PickleReader::calledTorch(const std::string &name, NodeId arguments)
{
    const std::vector<NodeId> given = tree_.children(arguments, 4);
    if (name == "torch._utils._rebuild_tensor" || name == "torch._utils._rebuild_tensor_v2") {
        wrap(NodeKind::Tensor, arguments);
    } else if (name == "torch._utils._rebuild_tensor_v3") {
        wrap(NodeKind::TypedTensor, arguments);
    } else if (name == "torch._utils._rebuild_parameter" || name == "torch._utils._rebuild_parameter_with_state") {
        if (given.empty() ||
            (tree_.kind(given[0]) != NodeKind::Tensor && tree_.kind(given[0]) != NodeKind::TypedTensor))
            return false;
        push(given[0]);
    } else if (name == "torch._tensor._rebuild_from_type_v2") {
        // A tensor with attributes: how it is made, its class, the arguments for making it, the attributes.
        if (given.size() != 4 || tree_.kind(given[0]) != NodeKind::Global || tree_.kind(given[1]) != NodeKind::Global ||
            tree_.kind(given[2]) != NodeKind::Tuple)
            return false;
        const std::string how = tree_.name(given[0]), type = tree_.name(given[1]);
        if (!how.starts_with("torch._utils._rebuild_tensor") ||
            (type != "torch.Tensor" && type != "torch.nn.parameter.Parameter" && type != "torch.nn.parameter.Buffer"))
            return false;
        called(how, given[2]);
    } else if (name == "torch.Size") {
        if (given.size() != 1 || tree_.kind(given[0]) != NodeKind::Tuple)
            return false;
        push(given[0]);
    } else {
        return false;
    }
    return true;
}

bool PickleReader::calledNumpy(const std::string &name, NodeId arguments)
{
    const std::vector<NodeId> given = tree_.children(arguments, 2);
    if (name == "_codecs.encode") {
        // Bytes in protocol 2: each byte a character.
        if (given.size() != 2 || tree_.kind(given[0]) != NodeKind::Text || !tree_.isText(given[1]) ||
            tree_.length(given[1]) > 8 || !shortText(given[1]).starts_with("latin"))
            return false;
        push(make(NodeKind::Latin1, tree_.offset(given[0]), tree_.length(given[0])));
    } else if ((name == "builtins.bytes" || name == "__builtin__.bytes") && given.empty()) {
        push(make(NodeKind::Bytes, 0, 0));
    } else if (isNumpy(name, "multiarray._reconstruct")) {
        if (given.empty() || tree_.kind(given[0]) != NodeKind::Global || tree_.name(given[0]) != "numpy.ndarray")
            return false;
        push(make(NodeKind::Array));
    } else if (isNumpy(name, "multiarray.scalar")) {
        wrap(NodeKind::Scalar, arguments);
    } else if (isNumpy(name, "numeric._frombuffer")) {
        wrap(NodeKind::FlatArray, arguments);
    } else if (name == "numpy.dtype") {
        wrap(NodeKind::Dtype, arguments);
    } else {
        return false;
    }
    return true;
}

void PickleReader::build()
{
    const NodeId state = pop(), target = top();
    switch (tree_.kind(target)) {
    case NodeKind::Opaque:
    case NodeKind::OrderedDict: return;  // attributes, such as the _metadata of a state dict
    case NodeKind::Array:
        if (tree_.count(target) != 0 || tree_.kind(state) != NodeKind::Tuple)
            refuse("its pickle gives an array a state that it cannot have");
        return append(target, state);
    case NodeKind::Dtype:
        if (tree_.count(target) != 1 || tree_.kind(state) != NodeKind::Tuple)
            refuse("its pickle gives a type a state that it cannot have");
        return append(target, state);
    default: refuse("its pickle gives attributes to what is no object");
    }
}

/// What lies outside the pickle: PyTorch's storages, and in very old files the sources of pickled classes.
void PickleReader::persistent()
{
    const NodeId id = pop();
    const std::vector<NodeId> parts = tree_.kind(id) == NodeKind::Tuple ? tree_.children(id, 2) : std::vector<NodeId>{};
    if (parts.size() != 2 || !tree_.isText(parts[0]) || tree_.length(parts[0]) > 8)
        refuse("its pickle refers to something outside it");
    if (parts[0] != storageText_ && shortText(parts[0]) == "storage")
        storageText_ = parts[0];  // it is the same text each time
    if (parts[0] == storageText_)
        return wrap(NodeKind::Storage, id);
    if (shortText(parts[0]) != "module" || tree_.kind(parts[1]) != NodeKind::Global)
        refuse("its pickle refers to something outside it");
    push(parts[1]);
}

}  // namespace fcoscope
