// The viewer's only door to the full simulation: plays the latest what-if on a thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "gui/whatif/model.h"

namespace kvf::gui {

// More passes are for `kvfootprint run`.
inline constexpr std::int64_t kMostPlayedPasses = 2'000'000;

struct Played {
  std::uint64_t number = 0;        // of the request
  std::shared_ptr<const Run> run;  // all its tracks; nullptr if it was not played
  std::optional<bool> agrees;      // the closed form gave the same integers
  std::string error;               // why it was not played
};

// Plays it here and now. Nothing for one that `stale` has called off: it is asked now and then.
std::optional<Played> play_what_if(const WhatIf& what, const std::string& id,
                                   const std::function<bool()>& stale = {});

class WhatIfRunner {
 public:
  // `done` is called on the runner's thread, never for a request that a later one has overtaken
  // before it was played.
  explicit WhatIfRunner(std::function<void(Played)> done);
  ~WhatIfRunner();
  WhatIfRunner(const WhatIfRunner&) = delete;
  WhatIfRunner& operator=(const WhatIfRunner&) = delete;

  // Calls off what was asked before. Returns the number of the request.
  std::uint64_t ask(WhatIf what, std::string id);
  // Calls off what was asked.
  void forget();

 private:
  struct Request {
    std::uint64_t number = 0;
    WhatIf what;
    std::string id;
  };
  void work();
  bool is_stale(std::uint64_t number);

  std::function<void(Played)> done_;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::optional<Request> next_;
  std::uint64_t latest_ = 0;
  bool ends_ = false;
  std::thread thread_;  // last, so that it finds the rest
};

}  // namespace kvf::gui
