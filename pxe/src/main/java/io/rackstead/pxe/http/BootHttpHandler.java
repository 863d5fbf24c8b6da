package io.rackstead.pxe.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT_RANGES;
import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_RANGE;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.ETAG;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_MATCH;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_NONE_MATCH;
import static io.netty.handler.codec.http.HttpHeaderNames.IF_RANGE;
import static io.netty.handler.codec.http.HttpHeaderNames.RANGE;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderNames.USER_AGENT;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_MODIFIED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.PARTIAL_CONTENT;
import static io.netty.handler.codec.http.HttpResponseStatus.PRECONDITION_FAILED;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE;
import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.AsciiString;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.http.BootPages.Page;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: one request at a time, the next is read when the answer has left, so a client
/// that sends faster than it takes holds nothing but its own socket.
final class BootHttpHandler extends SimpleChannelInboundHandler<HttpObject> {
  private static final Logger LOG = LoggerFactory.getLogger(BootHttpHandler.class);
  // GRUB 2.12 looks for it in just these letters, and takes a file without it for an empty one
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("Content-Length");

  private final BootPages pages;
  private final RequestDeadline deadline;

  BootHttpHandler(BootPages pages, RequestDeadline deadline) {
    this.pages = pages;
    this.deadline = deadline;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (part instanceof HttpRequest request) {
      // nothing here takes a body, so this is all of it
      deadline.met();
      var exchange =
          new Exchange(
              context,
              request,
              ((InetSocketAddress) context.channel().remoteAddress()).getAddress(),
              (InetSocketAddress) context.channel().localAddress());
      context.channel().config().setAutoRead(false);
      answer(exchange)
          .addListener(done -> {
            if (done.isSuccess()) {
              context.channel().config().setAutoRead(true);
            } else {
              context.close();
            }
          });
    }
  }

  private record Exchange(
      ChannelHandlerContext context,
      HttpRequest request,
      InetAddress client,
      InetSocketAddress here) {
    boolean head() {
      return request.method().equals(HttpMethod.HEAD);
    }

    Optional<String> header(CharSequence name) {
      return Optional.ofNullable(request.headers().get(name));
    }
  }

  private ChannelFuture answer(Exchange exchange) {
    var request = exchange.request();
    if (request.decoderResult().isFailure()) {
      return refuse(exchange, BAD_REQUEST).addListener(ChannelFutureListener.CLOSE);
    }
    if (!request.method().equals(HttpMethod.GET) && !exchange.head()) {
      return refuse(exchange, METHOD_NOT_ALLOWED);
    }
    if (request.protocolVersion().majorVersion() != 1 || ambiguous(request.headers())) {
      return refuse(exchange, BAD_REQUEST).addListener(ChannelFutureListener.CLOSE);
    }
    var target = Target.parse(request.uri());
    if (target.isEmpty()) {
      return refuse(exchange, BAD_REQUEST);
    }
    try {
      var page =
          pages.open(target.get().name(), target.get().query(), exchange.client(), exchange.here());
      return page.file().isPresent()
          ? send(exchange, page, page.file().get())
          : plain(exchange, page, NOT_FOUND);
    } catch (IOException | RuntimeException e) {
      LOG.error("http {} for {}: cannot be served", request.uri(), exchange.client(), e);
      return plain(exchange, BootPages.nothing(), INTERNAL_SERVER_ERROR);
    }
  }

  /// Nothing here takes a body. Where one is announced, two readers may differ about where it ends
  /// and the next request begins (request smuggling, RFC 9112 §11.2), so that ends the connection.
  private static boolean ambiguous(HttpHeaders headers) {
    return headers.contains(TRANSFER_ENCODING)
        || headers.getAll(CONTENT_LENGTH).size() > 1
        || !headers.get(CONTENT_LENGTH, "0").equals("0")
        || headers.getAll(HOST).size() > 1;
  }

  private ChannelFuture send(Exchange exchange, Page page, BootFile file) throws IOException {
    var etag = etag(file);
    if (etag.isPresent() && matches(exchange.header(IF_NONE_MATCH), etag.get())) {
      var response = new DefaultFullHttpResponse(HTTP_1_1, NOT_MODIFIED, Unpooled.EMPTY_BUFFER);
      response.headers().set(ETAG, etag.get());
      return finish(exchange, page, exchange.context().writeAndFlush(response), "304");
    }
    var wanted = exchange.header(IF_MATCH);
    if (wanted.isPresent() && !etag.map(tag -> same(wanted.get(), tag)).orElse(false)) {
      return plain(exchange, page, PRECONDITION_FAILED);
    }
    boolean rangeHolds =
        exchange.header(IF_RANGE).map(given -> etag.map(given::equals).orElse(false)).orElse(true);
    // RFC 9110 §14.2: a range has a meaning for GET alone
    var range =
        rangeHolds && !exchange.head()
            ? ByteRange.of(exchange.header(RANGE), file.sizeBytes())
            : new ByteRange.Whole();
    return switch (range) {
      case ByteRange.Whole _ ->
          body(exchange, page, file, head(OK, etag, file), 0, file.sizeBytes());
      case ByteRange.Part(long first, long last) -> {
        var response = head(PARTIAL_CONTENT, etag, file);
        response
            .headers()
            .set(CONTENT_RANGE, "bytes " + first + "-" + last + "/" + file.sizeBytes());
        yield body(exchange, page, file, response, first, last - first + 1);
      }
      case ByteRange.Unsatisfiable _ -> {
        var response =
            new DefaultFullHttpResponse(
                HTTP_1_1, REQUESTED_RANGE_NOT_SATISFIABLE, Unpooled.EMPTY_BUFFER);
        response.headers().set(CONTENT_RANGE, "bytes */" + file.sizeBytes()).set(CONTENT_LENGTH, 0);
        yield finish(exchange, page, exchange.context().writeAndFlush(response), "416");
      }
    };
  }

  private static HttpResponse head(
      HttpResponseStatus status, Optional<String> etag, BootFile file) {
    var response = new DefaultHttpResponse(HTTP_1_1, status);
    var type = file instanceof BootFile.InMemory ? "text/plain" : "application/octet-stream";
    response.headers().set(CONTENT_TYPE, type).set(ACCEPT_RANGES, "bytes");
    etag.ifPresent(tag -> response.headers().set(ETAG, tag));
    return response;
  }

  private ChannelFuture body(
      Exchange exchange, Page page, BootFile file, HttpResponse head, long from, long count)
      throws IOException {
    var context = exchange.context();
    head.headers().set(CONTENT_LENGTH, count);
    var told = head.status().code() + ", " + count + " bytes";
    // opened before the head goes out, so that a file that is gone is an error and not a stall
    List<Object> content =
        exchange.head() || count == 0 ? List.of() : BootContent.of(file, from, count);
    context.write(head);
    content.forEach(context::write);
    return finish(exchange, page, context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), told);
  }

  private static Optional<String> etag(BootFile file) {
    return switch (file) {
      case BootFile.OnDisk onDisk -> Optional.of('"' + onDisk.sha256() + '"');
      case BootFile.Overlaid overlaid -> Optional.of('"' + overlaid.tag() + '"');
      case BootFile.InMemory _ -> Optional.empty();
    };
  }

  private static boolean matches(Optional<String> header, String etag) {
    for (var given : header.orElse("").split(",", 64)) {
      var tag = given.strip();
      if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
        return true;
      }
    }
    return false;
  }

  /// The strong comparison of RFC 9110 §13.1.1.
  private static boolean same(String header, String etag) {
    for (var given : header.split(",", 64)) {
      if (given.strip().equals("*") || given.strip().equals(etag)) {
        return true;
      }
    }
    return false;
  }

  private ChannelFuture refuse(Exchange exchange, HttpResponseStatus status) {
    return plain(exchange, BootPages.nothing(), status);
  }

  private ChannelFuture plain(Exchange exchange, Page page, HttpResponseStatus status) {
    var response = new DefaultFullHttpResponse(HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    HttpHeaders headers = response.headers().set(CONTENT_LENGTH, 0);
    if (status.equals(METHOD_NOT_ALLOWED)) {
      // what follows on this connection may be a body that we do not want to read
      headers.set(ALLOW, "GET, HEAD").set(CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (exchange.header(USER_AGENT).orElse("").startsWith("UefiHttpBoot")) {
      // shim under EDK2 gives up a file that is not there only when the connection ends: three of
      // them were three minutes of every start
      headers.set(CONNECTION, HttpHeaderValues.CLOSE);
    }
    return finish(exchange, page, exchange.context().writeAndFlush(response), status.code() + "");
  }

  private ChannelFuture finish(
      Exchange exchange, Page page, ChannelFuture written, String outcome) {
    return written.addListener(done ->
        pages.tell(
            page,
            exchange.request().method().name(),
            exchange.request().uri(),
            exchange.client(),
            done.isSuccess() ? outcome : outcome + ", broken off"));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof IdleStateEvent idle) {
      // the first event comes even where a long download makes progress: Netty only then begins to
      // look at it. The next ones come only when nothing has moved since
      if (!idle.isFirst()) {
        context.close();
      }
    } else {
      super.userEventTriggered(context, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("http {}: {}", context.channel().remoteAddress(), cause.toString());
    context.close();
  }
}
