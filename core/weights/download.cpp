// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/weights/download.h"

#include <curl/curl.h>

#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/weights/answer.h"
#include "core/weights/failures.h"
#include "core/weights/part_file.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr size_t headBytes = 64;  // so many are looked at before anything is kept
constexpr int mostRedirections = 8;
constexpr uint64_t mostOfOtherBodies = 1 << 20;  // of an answer that is not the file

/// One request and its answer, the body of which goes into the part file.
class Transfer {
public:
    /// `url` may be where `asked` was redirected to; the part remembers what was asked for.
    Transfer(const std::string &url, const std::string &asked, PartFile &part, const Expectations &expected,
             const fs::path &folder, const RunContext &context)
        : url_(url), asked_(asked), part_(part), expected_(expected), folder_(folder), context_(context),
          easy_(curl_easy_init(), &curl_easy_cleanup), headers_(nullptr, &curl_slist_free_all)
    {
        if (!easy_)
            throw std::bad_alloc();
        setAddress();
        setCallbacks();
        if (const auto version = part_.versionFrom(asked_)) {
            resumedFrom_ = part_.bytes();
            version_ = *version;
            curl_easy_setopt(easy_.get(), CURLOPT_RANGE, (std::to_string(resumedFrom_) + "-").c_str());
            headers_.reset(curl_slist_append(nullptr, ("If-Range: " + version_).c_str()));
            curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
        }
    }

    enum class Result { Whole, Redirected, Again };

    Result run()
    {
        const CURLcode code = curl_easy_perform(easy_.get());
        if (again_)
            return dropPart();
        if (failure_)
            std::rethrow_exception(failure_);
        if (code == CURLE_ABORTED_BY_CALLBACK)
            throw Stopped{};
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &answer_.status);
        if (char *next = nullptr; code == CURLE_OK && answer_.status / 100 == 3 &&
                                  curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &next) == CURLE_OK && next) {
            redirectedTo_ = next;
            return Result::Redirected;
        }
        if (answer_.status == 416 && resumedFrom_ > 0)  // nothing is left to send, or it is another file
            return answer_.ranged && answer_.total == part_.bytes() ? Result::Whole : dropPart();
        if (answer_.status != 0 && !isFile())
            throw statusFailure(url_, answer_.status);
        if (code != CURLE_OK)
            throw transferFailure(state(code));
        finish();
        return Result::Whole;
    }

    const std::string &redirectedTo() const { return redirectedTo_; }
    uint64_t resumedFrom() const { return answer_.status == 200 ? 0 : resumedFrom_; }

private:
    void setAddress()
    {
        CURL *easy = easy_.get();
        curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");  // checkAddress() has looked more closely
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);           // and looks at every redirection
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "fcoscope");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a stop does not wait for a name server
        curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, long(expected_.connectSeconds));
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, long(expected_.stallSeconds));
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 262144L);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail_);
    }

    void setCallbacks()
    {
        CURL *easy = easy_.get();
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
        curl_easy_setopt(
            easy, CURLOPT_HEADERFUNCTION, +[](char *data, size_t one, size_t count, void *self) {
                readHeader({data, one * count}, static_cast<Transfer *>(self)->answer_);
                return one * count;
            });
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
        curl_easy_setopt(
            easy, CURLOPT_WRITEFUNCTION, +[](char *data, size_t one, size_t count, void *self) {
                return static_cast<Transfer *>(self)->receive({data, one * count}) ? one * count : size_t(0);
            });
        curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
        curl_easy_setopt(
            easy, CURLOPT_XFERINFOFUNCTION, +[](void *self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
                return static_cast<Transfer *>(self)->goOn() ? 0 : 1;
            });
    }

    bool isFile() const { return answer_.status == 200 || answer_.status == 206; }

    /// Called by libcurl, through which nothing may be thrown. False ends the transfer.
    bool receive(std::string_view bytes)
    try {
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &answer_.status);
        if (!isFile())
            return (otherBody_ += bytes.size()) <= mostOfOtherBodies;
        if (begun_) {
            keep(bytes);
            return true;
        }
        head_ += bytes;
        return head_.size() < headBytes || begin();
    } catch (...) {
        failure_ = std::current_exception();
        return false;
    }

    /// The first bytes and all headers are here: is this the file that was asked for, and where does it go?
    bool begin()
    {
        begun_ = true;
        if (answer_.status == 206) {
            // A server that does not know If-Range sends the rest of whatever it has now.
            const bool same = version_.starts_with('"')
                                  ? answer_.etag.empty() || answer_.etag == version_
                                  : answer_.lastModified.empty() || answer_.lastModified == version_;
            again_ = !answer_.ranged || answer_.from != part_.bytes() || !same;
            if (again_)
                return false;
        } else {
            curl_off_t length = -1;
            curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
            answer_.total = length > 0 ? static_cast<uint64_t>(length) : 0;
            if (isWebPage(answer_.type, head_))
                throw UserError(message("core", "{0} answers with a web page instead of the file: perhaps the network "
                                                "wants you to sign in first.")
                                    .with(hostOf(url_)));
        }
        checkSize();
        if (answer_.status == 200)
            part_.startAnew(asked_, answer_.version());
        keep(std::exchange(head_, {}));
        return true;
    }

    void checkSize() const
    {
        const uint64_t total = answer_.total;
        if (expected_.bytes > 0 && total > 0 && total != expected_.bytes)
            throw UserError(
                message("core", "{0} has a file of {1} bytes where {2} were published, so nothing was fetched.")
                    .with(hostOf(url_), total, expected_.bytes));
        if (total > expected_.largest)
            throw UserError(
                message("core", "{0} wants to send {1}, more than any weights have, so nothing was fetched.")
                    .with(hostOf(url_), megabytes(total)));
        std::error_code error;
        const auto space = fs::space(folder_, error);
        const uint64_t more = total > part_.bytes() ? total - part_.bytes() : 0;  // what is here goes on or gives way
        if (!error && more > space.available)
            throw UserError(message("core", "The download needs {0} more in {1}, and only {2} are free.")
                                .with(megabytes(more), folder_.string(), megabytes(space.available)));
    }

    void keep(std::string_view bytes)
    {
        const uint64_t most = answer_.total > 0     ? answer_.total
                              : expected_.bytes > 0 ? expected_.bytes
                                                    : expected_.largest;
        if (part_.bytes() + bytes.size() > most) {
            part_.startAnew(asked_, {});
            throw UserError(message("core", "{0} sends more than the {1} bytes of the file, so it was not kept.")
                                .with(hostOf(url_), most));
        }
        part_.append(bytes);
    }

    bool goOn()
    try {
        if (context_.shouldStop())
            return false;
        const std::string name = asked_.substr(asked_.rfind('/') + 1), have = megabytes(part_.bytes());
        if (!begun_)
            context_.report(-1, message("core", "{0}: connecting to {1}").with(name, hostOf(url_)));
        else if (answer_.total > 0)
            context_.report(double(part_.bytes()) / double(answer_.total),
                            message("core", "{0}: {1} of {2}").with(name, have, megabytes(answer_.total)));
        else
            context_.report(-1, message("core", "{0}: {1}").with(name, have));
        return true;
    } catch (...) {
        failure_ = std::current_exception();
        return false;
    }

    Result dropPart()
    {
        part_.startAnew(asked_, {});
        return Result::Again;
    }

    /// A file smaller than what is looked at first.
    void finish()
    {
        if (!begun_ && !head_.empty())
            begin();
        if (part_.bytes() == 0)
            throw UserError(message("core", "{0} sends an empty file.").with(hostOf(url_)));
    }

    TransferState state(CURLcode code) const
    {
        TransferState s;
        s.code = code;
        s.url = url_;
        curl_off_t connectTime = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connectTime);
        curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &s.proxyStatus);
        s.connected = connectTime > 0;
        s.have = part_.bytes();
        s.total = answer_.total;
        s.continues = part_.versionFrom(asked_).has_value();
        s.connectSeconds = expected_.connectSeconds;
        s.stallSeconds = expected_.stallSeconds;
        s.detail = *detail_ ? detail_ : curl_easy_strerror(code);
        return s;
    }

    const std::string url_, asked_;
    PartFile &part_;
    const Expectations &expected_;
    const fs::path &folder_;
    const RunContext &context_;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_;
    char detail_[CURL_ERROR_SIZE] = "";

    Answer answer_;
    std::string version_, head_, redirectedTo_;
    uint64_t resumedFrom_ = 0, otherBody_ = 0;
    bool begun_ = false, again_ = false;
    std::exception_ptr failure_;
};

/// Brings the part to its full length. Answers how many bytes were there already and have been used.
uint64_t fetch(const std::string &asked, const fs::path &to, PartFile &part, const Expectations &expected,
               const RunContext &context)
{
    const fs::path folder = to.parent_path();
    std::string url = asked;
    checkAddress(url, {});
    for (int redirections = 0, attempts = 0; redirections <= mostRedirections && attempts < 3;) {
        Transfer transfer(url, asked, part, expected, folder, context);
        switch (transfer.run()) {
        case Transfer::Result::Whole:
            return transfer.resumedFrom();
        case Transfer::Result::Again:
            ++attempts;
            break;
        case Transfer::Result::Redirected:
            ++redirections;
            checkAddress(transfer.redirectedTo(), url);
            url = transfer.redirectedTo();
        }
    }
    throw UserError(message("core", "{0} sends the download in a circle, so nothing was fetched.").with(hostOf(asked)));
}

void startLibrary()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

Downloaded download(const std::string &url, const fs::path &to, const Expectations &expected, const RunContext &context)
{
    startLibrary();
    PartFile part(to);
    for (bool again : {false, true}) {
        Downloaded file;
        file.resumedFrom = fetch(url, to, part, expected, context);
        file.bytes = part.bytes();
        const bool rightSize = expected.bytes == 0 || file.bytes == expected.bytes;
        if (rightSize) {
            file.sha256 = part.sha256(context);
            if (file.sha256.starts_with(expected.sha256)) {
                part.moveIntoPlace();
                return file;
            }
        }
        // What was here before may have been damaged, by a crash for one: once it is fetched whole.
        if (file.resumedFrom > 0 && !again) {
            part.startAnew(url, {});
            continue;
        }
        part.remove();
        if (!rightSize)
            throw UserError(message("core", "{0} sent {1} bytes where {2} were published; the file was not kept.")
                                .with(hostOf(url), file.bytes, expected.bytes));
        throw UserError(message("core",
                                "What {0} sent is not the file that was published (its SHA-256 begins with {1}, "
                                "not {2}); it was not kept.")
                            .with(hostOf(url), file.sha256.substr(0, 8), expected.sha256.substr(0, 8)));
    }
    throw std::logic_error("the download ended in neither way");
}

}  // namespace fcoscope
