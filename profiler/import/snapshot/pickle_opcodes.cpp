// What each opcode of a pickle does, and which are refused.
#include "profiler/import/snapshot/pickle_machine.h"

namespace kvf::traces {
namespace {

struct Named {
  unsigned char opcode;
  std::string_view name;
};

// Opcodes that name something to import, call it, or ask the program for an object.
constexpr Named kDangerous[] = {
    {'c', "GLOBAL"},    {0x93, "STACK_GLOBAL"}, {'R', "REDUCE"},          {'b', "BUILD"},
    {'i', "INST"},      {'o', "OBJ"},           {0x81, "NEWOBJ"},         {0x92, "NEWOBJ_EX"},
    {0x82, "EXT1"},     {0x83, "EXT2"},         {0x84, "EXT4"},           {'P', "PERSID"},
    {'Q', "BINPERSID"}, {0x97, "NEXT_BUFFER"},  {0x98, "READONLY_BUFFER"}};

}  // namespace

bool PickleMachine::step(unsigned char opcode) {
  switch (opcode) {
    case 0x80:  // PROTO
      if (const std::uint64_t protocol = take_number(1); protocol > 5) {
        throw PickleError(fmt::format("is of protocol {}, and this reads up to 5", protocol));
      }
      break;
    case 0x95:
      take_number(8);
      break;  // FRAME: how much may be read ahead
    case '.':
      return false;
    case '(':
      marks_.push_back(stack_.size());
      spend(sizeof(std::size_t));
      break;
    case '0':
      pop_or_mark();
      break;
    case '1':
      pop_to_mark();
      break;
    case '2': {  // DUP
      const Value value = pop();
      push(value);
      push(value);
      break;
    }

    case 'N':
      push(Pickle::Opaque());
      break;
    case 0x88:
      push(true);
      break;
    case 0x89:
      push(false);
      break;
    case 'I':
      push_line_integer();
      break;
    case 'L':
      push_integer(decimal_integer(take_line()));
      break;
    case 'J':
      push(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(take_number(4)))});
      break;
    case 'K':
      push(static_cast<std::int64_t>(take_number(1)));
      break;
    case 'M':
      push(static_cast<std::int64_t>(take_number(2)));
      break;
    case 0x8a:
      push_integer(binary_integer(take(take_number(1))));
      break;
    case 0x8b:
      push_integer(binary_integer(take(take_number(4))));
      break;
    case 'F':
      push(decimal_real(take_line()));
      break;
    case 'G':
      push_binary_real();
      break;

    case 'S':
      push_text(quoted_text(take_line()));
      break;
    case 'V':
      push_text(raw_unicode(take_line()));
      break;
    case 'U':
    case 'C':
    case 0x8c:
      push(take(take_number(1)));
      break;
    case 'T':
    case 'B':
    case 'X':
      push(take(take_number(4)));
      break;
    case 0x8d:
    case 0x8e:
    case 0x96:
      push(take(take_number(8)));
      break;

    case ']':
    case ')':
    case 0x8f:
      push_new(Items());
      break;
    case 'l':
    case 't':
    case 0x91:
      push_new(pop_to_mark());
      break;
    case 0x85:
      push_new(popped(1));
      break;
    case 0x86:
      push_new(popped(2));
      break;
    case 0x87:
      push_new(popped(3));
      break;
    case 'a':
      append(popped(1));
      break;
    case 'e':
    case 0x90:
      append(pop_to_mark());
      break;
    case '}':
      push_new(Members());
      break;
    case 'd':
      push_new(pairs(pop_to_mark()));
      break;
    case 's':
      set_items(popped(2));
      break;
    case 'u':
      set_items(pop_to_mark());
      break;

    case 'p':
      put(memo_line());
      break;
    case 'q':
      put(take_number(1));
      break;
    case 'r':
      put(take_number(4));
      break;
    case 0x94:
      put(memo_.size());
      break;
    case 'g':
      get(memo_line());
      break;
    case 'h':
      get(take_number(1));
      break;
    case 'j':
      get(take_number(4));
      break;

    default:
      refuse(opcode);
  }
  return true;
}

void PickleMachine::refuse(unsigned char opcode) const {
  for (const auto& [dangerous, name] : kDangerous) {
    if (opcode != dangerous) continue;
    throw PickleError(fmt::format(
        "holds more than data: {} at byte {} could run code when it is loaded. A snapshot of "
        "torch.cuda.memory._dump_snapshot() does not have it",
        name, at_ - 1));
  }
  throw PickleError(
      fmt::format("is damaged: no pickle has the byte 0x{:02x} at {}", opcode, at_ - 1));
}

}  // namespace kvf::traces
