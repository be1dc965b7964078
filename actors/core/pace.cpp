#include "actors/core/pace.hpp"

#include "actors/core/limits.hpp"

#include <algorithm>

namespace dure {

namespace {

constexpr double burst_share = 0.02;
constexpr double refill_share = 0.97;
constexpr double ms_per_minute = 60'000;
constexpr double newest_weighs = 0.1; ///< In the mean of tokens.

} // namespace

quota_bucket::quota_bucket(double per_minute, monotonic now)
    : capacity_{std::max(1.0, burst_share * per_minute)},
      per_ms_{refill_share * per_minute / ms_per_minute}, at_{now} {}

double quota_bucket::level(monotonic now) {
  const auto passed = static_cast<double>((now - at_).count());
  at_ = now;
  level_ = std::min(capacity_, level_ + passed * per_ms_);
  return level_;
}

void pace::begin(const rate_limits& limits, bool blocked, monotonic now) {
  *this = {};
  blocked_ = blocked;
  if (limits.requests_per_minute)
    requests_.emplace(*limits.requests_per_minute, now);
  if (limits.tokens_per_minute)
    tokens_.emplace(*limits.tokens_per_minute, now);
}

std::size_t pace::allowance(monotonic now) {
  auto allowed = static_cast<double>(limits::claim_jobs_max);
  if (requests_)
    allowed = std::min(allowed, requests_->level(now));
  if (tokens_) {
    // A job dearer than the whole bucket goes alone and leaves a debt.
    const auto level = tokens_->level(now);
    const auto full = level >= tokens_->capacity() ? 1.0 : 0.0;
    allowed = std::min(allowed, std::max(level / std::max(1.0, mean_tokens_), full));
  }
  return allowed < 1 ? 0 : static_cast<std::size_t>(allowed);
}

void pace::hear(const event& e, monotonic now) {
  if (const auto* leased = std::get_if<events::job_leased>(&e))
    return granted(leased->of.job);
  if (const auto* done = std::get_if<events::job_completed>(&e))
    return ended(done->of.job, done->cost);
  if (const auto* again = std::get_if<events::attempt_ended>(&e))
    return ended(again->of.job, again->cost);
  if (const auto* failed = std::get_if<events::job_failed>(&e))
    return ended(failed->of.job, failed->cost);
  if (const auto* gone = std::get_if<events::job_cancelled>(&e))
    return ended(gone->id, gone->cost);
  if (const auto* set = std::get_if<events::rate_configured>(&e))
    return begin(set->rate, blocked_, now);
  if (std::holds_alternative<events::rate_observed>(e))
    blocked_ = true;
  if (const auto* seen = std::get_if<events::provider_seen>(&e))
    blocked_ = seen->failures > 0;
}

void pace::hear(const quota_report& said) {
  if (requests_ && said.requests_left)
    requests_->cap(static_cast<double>(*said.requests_left));
  if (tokens_ && said.tokens_left)
    tokens_->cap(static_cast<double>(*said.tokens_left));
}

void pace::granted(const job_id& job) {
  if (requests_)
    requests_->take(1);
  if (!tokens_)
    return;
  tokens_->take(mean_tokens_);
  estimates_.insert_or_assign(job, mean_tokens_);
}

/// An attempt without known cost keeps its estimate: it may have cost as much.
void pace::ended(const job_id& job, const job_cost& cost) {
  const auto tokens = static_cast<double>(cost.tokens_in + cost.tokens_out);
  const auto estimate = estimates_.extract(job);
  if (!tokens_ || estimate.empty() || tokens <= 0)
    return;
  tokens_->take(tokens - estimate.mapped());
  mean_tokens_ += newest_weighs * (tokens - mean_tokens_);
}

} // namespace dure
