// Kineto traces: what is read of them, in whatever form it stands there, and what is wrong.
#include "tests/catch.h"
#include "tests/import/made_traces.h"

using namespace kvf;
using namespace kvf::test;

namespace {

const MadeMemory kAllocated{"10.001", 4096, 512, 1512, 2048};
const MadeMemory kFreed{"20.5", 4096, -512, 1000, 2048};

Recording good() {
  Recording recording;
  recording.format = "kineto";
  recording.zero_ns = 10001;
  DeviceRecording device;
  device.device = "cuda:0";
  device.base_bytes = 1000;
  device.events = {{0, 4096, 512}, {10499, 4096, -512}};
  device.reserved = {{0, 2048}};
  recording.devices = {device};
  return recording;
}

}  // namespace

TEST_CASE("memory events in any form of the text", "[kineto]") {
  const std::vector<std::string> plain{event(kAllocated), event(kFreed)};
  CHECK(read_bytes(trace(plain)) == good());
  SECTION("packed") { CHECK(read_bytes(gzip(trace(plain))) == good()); }
  SECTION("a byte-order mark and white space") {
    CHECK(read_bytes("\xEF\xBB\xBF\r\n\t " + trace(plain) + "\n\n") == good());
  }
  SECTION("the list alone") {
    CHECK(read_bytes("[\n" + plain[0] + " ,\n\n " + plain[1] + "\n]\n") == good());
  }
  SECTION("among other things, before and behind") {
    const std::string noise =
        R"({"ph":"X","cat":"kernel","name":"f<{\"[memory]\"}>","ts":1,"dur":1})";
    CHECK(read_bytes(trace({noise, plain[0], noise, plain[1], noise},
                           R"("a":{"traceEvents":[1,{"b":"]"}]},"schemaVersion":1, )",
                           R"(,"z":["traceEvents"],"s":"\\")")) == good());
  }
  SECTION("another order, white space, escapes, exponents") {
    const std::string first =
        "{ \"args\" : {\"Bytes\":5.12e2,\n\"Device Type\":1, \"Ev\":{\"Bytes\":7}, \"Device Id\": "
        "0 , "
        "\"\\u0041ddr\":4096,\"Total Allocated\":1512 ,\"Total Reserved\":2048},\"ts\" : 10.001 ,"
        "\"na\\u006de\":\"\\u005bmemor\\u0079]\" ,\"ph\":\"i\"}";
    CHECK(read_bytes(trace({first, plain[1]})) == good());
  }
  SECTION("without a category, and behind other names") {
    const std::string first =
        R"({"name":"[memory]","tid":"name","ts":10.001,"ph":"i","args":{"Addr":4096,"Bytes":512,)"
        R"("Total Allocated":1512,"Total Reserved":2048,"Device Type":1,"Device Id":0}})";
    CHECK(read_bytes(trace({"null", "17", first, "[]", "\"[memory]\"", plain[1]})) == good());
  }
  SECTION("the clock") {
    Recording recording = good();
    recording.zero_ns += 1751410836000000000;
    CHECK(read_bytes(trace(plain, "", ",\"baseTimeNanoseconds\":1751410836000000000")) ==
          recording);
    CHECK(read_bytes(trace(plain, "\"baseTimeNanoseconds\" : 1751410836000000000,")) == recording);
  }
  SECTION("microseconds since 1970") {
    Recording recording = good();
    recording.zero_ns = 1751410836000123457;
    recording.devices[0].events[1].time_ns = 1;
    MadeMemory first = kAllocated, second = kFreed;
    first.ts = "1751410836000123.457";
    second.ts = "1751410836000123.458";
    CHECK(read_bytes(trace({event(first), event(second)})) == recording);
  }
}

TEST_CASE("an event of no bytes changes nothing", "[kineto]") {
  MadeMemory nothing = kFreed;
  nothing.ts = "15";
  nothing.bytes = 0;
  nothing.total = 1512;
  CHECK(read_bytes(trace({event(kAllocated), event(nothing), event(kFreed)})) == good());
}

TEST_CASE("a packed trace may lack its last bytes only", "[kineto]") {
  const std::string packed = gzip(trace({event(kAllocated), event(kFreed)}));
  Recording recording = good();
  recording.counters.truncated = 1;
  for (std::size_t missing = 1; missing <= 8; ++missing) {
    CHECK(read_bytes(std::string_view(packed).substr(0, packed.size() - missing)) == recording);
  }
}

TEST_CASE("each device has its own totals", "[kineto]") {
  const auto on = [](int type, int index, const char* ts, std::int64_t total) {
    return event({ts, 64, 64, total, type == 0 ? 0 : 512, type, index});
  };
  const Recording recording =
      read_bytes(trace({on(1, 1, "1", 64), on(0, -1, "2", 164), on(6, 0, "3", 264),
                        on(1, 0, "4", 364), on(20, 3, "5", 464), on(12, 0, "6", 64)}));
  std::vector<std::pair<std::string, std::int64_t>> bases;
  for (const DeviceRecording& device : recording.devices) {
    bases.emplace_back(device.device, device.base_bytes);
    CHECK(device.reserved.empty() == (device.device == "cpu"));
  }
  CHECK(bases == std::vector<std::pair<std::string, std::int64_t>>{{"cpu", 100},
                                                                   {"cuda:0", 300},
                                                                   {"cuda:1", 0},
                                                                   {"hip:0", 200},
                                                                   {"privateuseone:3", 400},
                                                                   {"xpu:0", 0}});
  CHECK(recording.counters == RecordingCounters());
}

TEST_CASE("changes of what is reserved", "[kineto]") {
  MadeMemory a{"1", 64, 64, 64, 100}, b{"2", 164, 64, 128, 100}, c{"3", 264, 64, 192, 300};
  const Recording recording = read_bytes(trace({event(a), event(b), event(c)}));
  CHECK(recording.devices.at(0).reserved == std::vector<MemorySample>{{0, 100}, {2000, 300}});
}

TEST_CASE("annotations, and operators that are asked for", "[kineto]") {
  const std::string text = trace({
      annotation("decode 0", "30", "10.5"),
      annotation("layer", "30", "5"),
      annotation("prefill", "10", "20"),
      annotation("gpu", "10", "20", "gpu_user_annotation"),
      annotation("aten::mm", "31", "2", "cpu_op"),
      annotation("aten::add", "32", "2", "cpu_op"),
      annotation("\\u0061ten::mm", "12", "0", "cpu_op"),
      annotation("aten::mm", "33", "2", "kernel"),
      R"({"ph":"B","cat":"user_annotation","name":"open","ts":1})",
      R"({"ph":"b","cat":"user_annotation","name":"asynchronous","ts":1,"dur":1})",
      annotation("backwards", "30", "-1"),
  });
  Recording recording = read_bytes(text);
  CHECK(recording.spans == std::vector<Span>{{"prefill", 0, 20000},
                                             {"decode 0", 20000, 30500},
                                             {"layer", 20000, 25000}});
  CHECK(recording.operators.empty());
  CHECK(recording.devices.empty());
  recording = read_bytes(text, {{"aten::mm", "aten::mul"}});
  CHECK(recording.operators ==
        std::vector<Span>{{"aten::mm", 2000, 2000}, {"aten::mm", 21000, 23000}});
  recording = read_bytes(trace({event(kAllocated), annotation("aten::mm", "4.5", "1", "cpu_op")}),
                         {{"aten::mm"}});
  CHECK(recording.operators == std::vector<Span>{{"aten::mm", 0, 1000}});
  CHECK(recording.devices.at(0).events.at(0).time_ns == 5501);
}

TEST_CASE("memory records that mean nothing are counted", "[kineto]") {
  const auto unknown = [](const std::string& more) {
    return read_bytes(trace({event(kAllocated), more, event(kFreed)})).counters.unknown;
  };
  MadeMemory strange = kFreed;
  strange.type = 21;
  CHECK(unknown(event(strange)) == 1);
  strange.type = -1;
  CHECK(unknown(event(strange)) == 1);
  CHECK(unknown(R"({"name":"[memory]","ph":"i","ts":15})") == 1);
  CHECK(unknown(R"({"name":"[memory]","ph":"i","ts":15,"args":[]})") == 1);
  CHECK(unknown(R"({"name":"[memory]","ph":"i","ts":15,"args":{"Bytes":5}})") ==
        1);  // among good ones
  const std::string text = event(kFreed);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"20.5", "\"late\""},
                                                        {"20.5", "1e300"},
                                                        {":-512", ":1.5"},
                                                        {":-512", ":null"},
                                                        {":4096", ":-1"},
                                                        {":1000", ":9e18"},
                                                        {":2048", ":[]"},
                                                        {":0,", ":{},"}}) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    CAPTURE(changed);
    CHECK(unknown(changed) == 1);
  }
}

TEST_CASE("an old form is refused, with what is missing", "[kineto]") {
  const std::string old =
      R"({"ph":"i","name":"[memory]","ts":15,"args":{"Device Type":0,"Device Id":-1,"Bytes":4}})";
  const TemporaryFile file(trace({old, old}));
  try {
    traces::read_recording(file.path());
    FAIL("not refused");
  } catch (const traces::ImportError& error) {
    CHECK(error.format == "kineto");
    CHECK(error.counters.old_schema == 1);
    for (const char* const words :
         {"old form", "2 memory events", "Addr", "Total Allocated", "profile_memory=True"}) {
      CHECK_THAT(error.what(), contains(words));
    }
  }
}

TEST_CASE("a trace that ends anywhere is called truncated", "[kineto]") {
  const std::string text = trace(made_memory(6));
  CHECK(read_bytes(text).counters == RecordingCounters());
  std::size_t events = 0;
  for (std::size_t size = 1; size < text.size(); ++size) {
    const Recording recording = read_bytes(std::string_view(text).substr(0, size));
    REQUIRE(recording.counters.truncated == 1);
    const std::size_t now = recording.devices.empty() ? 0 : recording.devices[0].events.size();
    REQUIRE(now >= events);
    events = now;
  }
  CHECK(events == 12);
}

TEST_CASE("what is no trace is refused", "[kineto]") {
  CHECK_THAT(refusal("{}"), contains("is JSON, but not a trace: it has no traceEvents"));
  CHECK_THAT(refusal(R"({"traceEvents":{}})"), contains("no traceEvents"));
  CHECK_THAT(refusal(R"({"traceEvents":[]} {})"), contains("text behind the end of the trace"));
  CHECK_THAT(refusal(R"({"traceEvents":[{"ph" "i"}]})"),
             contains("is damaged: '\"' where ':' should be"));
  CHECK_THAT(refusal(R"({"traceEvents":[{} {}]})"),
             contains("no ',' where it should be near byte 19"));
  CHECK_THAT(refusal(R"({"traceEvents" [])"), contains("no ':'"));
  CHECK_THAT(refusal(R"({"traceEvents":[{"\q":1}]})"),
             contains("an escape that JSON does not have"));
  CHECK_THAT(refusal(R"({"traceEvents":[],"baseTimeNanoseconds":-1})"),
             contains("baseTimeNanoseconds"));
  CHECK_THAT(refusal(""), contains("is empty"));
  CHECK_THAT(refusal("\x1f\x8b"), contains("is cut short"));
  CHECK_THAT(refusal("hello"), contains("in no format that is known"));
  CHECK_THAT(refusal(std::string("\x80\x06.", 3)), contains("in no format that is known"));
  CHECK_THROWS_WITH(traces::read_recording("/nowhere/at/all"),
                    "/nowhere/at/all cannot be read: No such file or directory");
  CHECK_THROWS_WITH(traces::read_recording("/"), "/ cannot be read: Is a directory");
}
