"""Who may include whom, and what may be used where (the table of ARCHITECTURE.md, in code)."""

STD = r"<[a-z_0-9]+>"
POSIX = r"<((sys|linux|netinet|arpa)/[a-z_0-9]+|unistd|fcntl|poll|spawn|netdb|signal|sched)\.h>"
JSON = r"<nlohmann/json(_fwd)?\.hpp>"
ASIO = r"<boost/(asio|beast)(/.*)?\.hpp>"
CAF = r"<caf/(?!io/).*\.hpp>"
RESULT = r"<boost/system/result\.hpp>"
BELOW_ADAPTERS = [r'"actors/(core|ports)/', STD, POSIX]

# Folder -> patterns of what its files may include, besides their own folder. The longest folder wins.
INCLUDES = {
    "actors/core": [STD, RESULT, r"<xxhash\.h>", r"<boost/pfr\.hpp>"],
    "actors/ports": [r'"actors/core/', STD],
    "actors/protocol": [r'"actors/(core|ports)/', STD, CAF],
    "actors/supervisor": [r'"actors/', STD, CAF],
    "actors/scheduler": [r'"actors/(core|ports|protocol)/', STD, CAF],
    "actors/worker": [r'"actors/(core|ports|protocol)/', STD, CAF],
    "gateway/api": [r'"actors/core/', STD, JSON, RESULT, r"<openssl/evp\.h>", r"<boost/url.*\.hpp>",
                    r"<utf8proc\.h>", r"<iconv\.h>"],
    "gateway/bridge": [r'"actors/', STD, CAF, ASIO],
    "gateway/feed": [r'"actors/(core|ports)/', r'"gateway/(api|bridge)/', STD, ASIO],
    "gateway/openapi": [STD, JSON],
    "gateway/http": [r'"actors/(core|ports)/', r'"gateway/', STD, ASIO, JSON, r"<boost/url.*\.hpp>",
                     r"<spdlog/logger\.h>", r"<zlib\.h>"],
    "node/config": BELOW_ADAPTERS + [r"<CLI/CLI\.hpp>", r"<toml\+\+/toml\.h>"],
    "node/journal": BELOW_ADAPTERS + [JSON, r"<nats/.*\.h>"],
    "node/blobs": BELOW_ADAPTERS + [r'"node/journal/', JSON, r"<nats/.*\.h>", r"<openssl/.*\.h>"],
    "node/store": BELOW_ADAPTERS + [r"<rocksdb/.*\.h>"],
    "node/snapshots": BELOW_ADAPTERS,
    "node/metrics": BELOW_ADAPTERS + [r"<prometheus/.*\.h>"],
    "node/sandbox": BELOW_ADAPTERS + [JSON, r"<seccomp\.h>"],
    "node/trial": BELOW_ADAPTERS + [r'"node/sandbox/', JSON],
    "node/handlers": [r'"node/sandbox/(handler_main|pool_settings)\.hpp"', r'"node/config/(user_kind|question_options)\.hpp"',
                      r'"actors/core/', STD, POSIX, JSON, r"<openssl/.*\.h>"],
    "node/handlers/question": [r'"node/sandbox/(handler_main|seclusion)\.hpp"', r'"node/config/question_options\.hpp"',
                               r'"actors/(core|ports)/', STD, POSIX, JSON, r"<curl/curl\.h>"],
    "node/handlers/document": [r'"node/sandbox/(handler_main|pool_settings)\.hpp"', r'"actors/core/', STD, POSIX,
                               JSON, r"<(dlfcn|pthread|gumbo|cmark)\.h>", r"<curl/curl\.h>", r"<unicode/\w+\.h>",
                               r"<poppler-\w+\.h>", r"<((goo|splash)/)?[A-Z][A-Za-z]+\.h>"],
    "node/cli": BELOW_ADAPTERS + [r'"node/(store|config|trial)/', r'"node/handlers/user_pools\.hpp"', r'"gateway/api/',
                                  JSON, r"<CLI/CLI\.hpp>", r"<curl/curl\.h>"],
}

# What it is -> (pattern, folders where it may stand). Everywhere else it is a finding.
PLACES = {
    "a lock or thread": (
        r"#include <(mutex|shared_mutex|thread|condition_variable|semaphore|future|latch|barrier)>",
        ("node/", "gateway/bridge/", "gateway/http/"),
    ),
    "an atomic": (r"#include <atomic>", ("node/", "gateway/bridge/", "gateway/http/")),
    "a clock": (
        r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b",
        ("node/", "gateway/http/", "gateway/feed/"),
    ),
    "chance": (r"\b(std::random_device|getrandom|std::rand|mt19937(_64)?)\b", ("node/",)),
    "a file": (r"#include <fstream>", ("node/",)),
    "an endless wait": (r"\bcaf::infinite\b", ()),
    "hidden state": (r"\bthread_local\b", ()),
}

# Kind of file -> most lines. The first pattern that fits a path counts.
SIZES = [
    (r"^ARCHITECTURE\.md$", 150),
    (r"^README\.md$", 160),
    (r"README\.md$", 120),
    (r"^tests/.*\.(cpp|hpp|py)$", 450),
    (r"^actors/core/(event|command|job)\.hpp$", 320),  # catalogues: read by looking up, not through
    (r"^actors/core/replica_machine\.hpp$", 240),  # likewise: the index of what lies in a file for each concern
    (r"\.hpp$", 220),
    (r"\.cpp$", 320),
    (r"CMakeLists\.txt$", 100),
]
