vcl 4.1;

# A Varnish in front of a hub. It keeps what the hub says may be kept (s-maxage), forgets a parcel,
# or the pages in a merchant's look, when the hub sends PURGE with a Cache-Tag, and serves nothing that is older than that.
# Tried with Varnish 7.1; docs/operators.md says how to configure the hub.

backend hub {
  .host = "127.0.0.1";
  .port = "8080";
}

# Who may purge: the hub.
acl purgers {
  "127.0.0.1";
  "::1";
}

sub vcl_recv {
  if (req.method == "PURGE") {
    if (!client.ip ~ purgers) {
      return (synth(405));
    }
    if (!req.http.Cache-Tag) {
      return (synth(400));
    }
    # An answer has one tag or several with commas. A tag has no blank and no quote in it, and of
    # what means something in an expression only the dot, which at worst forgets one more parcel.
    ban("obj.http.Cache-Tag ~ (^|,)" + req.http.Cache-Tag + "(,|$)");
    return (synth(200));
  }
  # Streams must not wait for an end that does not come.
  if (req.url ~ "/live(\?|$)") {
    return (pipe);
  }
  # A signed link is for its holder alone.
  if (req.url ~ "[?&]t=") {
    return (pass);
  }
  # The answer depends on the first choice only; otherwise each browser has a copy of its own.
  if (req.http.Accept ~ "application/json") {
    set req.http.Accept = "application/json";
  } else {
    set req.http.Accept = "text/html";
  }
  unset req.http.Cookie;
}

sub vcl_backend_response {
  # Past its time an answer is not served once more while a new one is fetched.
  set beresp.grace = 0s;
}

sub vcl_deliver {
  set resp.http.X-Cache = "miss";
  if (obj.hits > 0) {
    set resp.http.X-Cache = "hit";
  }
  # Its age is between the hub and the caches: browsers revalidate each time.
  unset resp.http.Cache-Tag;
}
