// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/weights/failures.h"

#include <cstdio>
#include <memory>

namespace fcoscope {
namespace {

/// One part of an address, or "" if it has none or cannot be understood.
std::string partOf(const std::string &url, CURLUPart part)
{
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
    char *text = nullptr;
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        curl_url_get(parsed.get(), part, &text, 0) != CURLUE_OK)
        return {};
    const std::string value = text;
    curl_free(text);
    return value;
}

bool isThisMachine(const std::string &host)
{
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

UserError broken(const TransferState &s)
{
    const std::string host = hostOf(s.url);
    if (s.continues && s.total > 0)
        return UserError(
            message("core", "The connection to {0} broke after {1} of {2}; the next attempt goes on from there.")
                .with(host, megabytes(s.have), megabytes(s.total)));
    if (s.continues)
        return UserError(message("core", "The connection to {0} broke after {1}; the next attempt goes on from there.")
                             .with(host, megabytes(s.have)));
    return UserError(message("core", "The connection to {0} broke: {1}.").with(host, s.detail));
}

}  // namespace

std::string megabytes(uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

std::string hostOf(const std::string &url)
{
    const std::string host = partOf(url, CURLUPART_HOST);
    return host.empty() ? url : host;
}

void checkAddress(const std::string &url, const std::string &from)
{
    const std::string scheme = partOf(url, CURLUPART_SCHEME);
    if (scheme == "https" || (scheme == "http" && isThisMachine(partOf(url, CURLUPART_HOST))))
        return;
    if (!from.empty())
        throw UserError(
            message("core", "{0} sends the download on to {1}, which is not an https address, so nothing was fetched.")
                .with(hostOf(from), url));
    throw UserError(message("core", "The address {0} is not an https address, so nothing was fetched.").with(url));
}

UserError statusFailure(const std::string &url, long status)
{
    const std::string host = hostOf(url);
    switch (status) {
    case 404:
    case 410:
        return UserError(message("core", "The file is no longer at {0} (HTTP {1}).").with(url, status));
    case 401:
    case 403:
        return UserError(
            message("core", "{0} does not give the file away any more (HTTP {1}): {2}").with(host, status, url));
    case 407:
        return UserError(message("core", "The proxy asks for a name and a password; give them in https_proxy "
                                         "(http://name:password@host:port)."));
    case 429:
    case 502:
    case 503:
    case 504:
        return UserError(
            message("core", "{0} is too busy at the moment (HTTP {1}); try again later.").with(host, status));
    default:
        return UserError(message("core", "{0} answers with an error (HTTP {1}): {2}").with(host, status, url));
    }
}

UserError transferFailure(const TransferState &s)
{
    const std::string host = hostOf(s.url);
    if (s.proxyStatus == 407)
        return statusFailure(s.url, s.proxyStatus);
    if (s.proxyStatus >= 300)
        return UserError(
            message("core", "The proxy refuses a connection to {0} (HTTP {1}).").with(host, s.proxyStatus));
    switch (s.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return UserError(message("core",
                                 "{0} cannot be found: there is no connection to the network, or a proxy is needed "
                                 "(https_proxy).")
                             .with(host));
    case CURLE_COULDNT_RESOLVE_PROXY:
        return UserError(message("core", "The proxy that the environment names (https_proxy) cannot be found."));
    case CURLE_COULDNT_CONNECT:
        return UserError(message("core", "No connection to {0} can be made: {1}.").with(host, s.detail));
    case CURLE_OPERATION_TIMEDOUT:
        if (!s.connected)
            return UserError(message("core", "{0} does not answer within {1} seconds.").with(host, s.connectSeconds));
        return UserError(message("core", "{0} has sent nothing for {1} seconds; what has arrived is kept.")
                             .with(host, s.stallSeconds));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return UserError(
            message("core", "The connection to {0} is not trusted, so nothing was fetched: {1}.").with(host, s.detail));
    default:
        return broken(s);
    }
}

}  // namespace fcoscope
