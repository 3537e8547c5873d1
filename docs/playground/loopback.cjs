// Every server of this process listens on 127.0.0.1 only, whatever address it asks for.
const net = require("node:net");
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (...args) {
  const [first] = args;
  if (first !== null && typeof first === "object") {
    if ("port" in first) args[0] = { ...first, host: "127.0.0.1" };
  } else if (typeof first !== "string" || /^\d+$/.test(first)) {
    // listen(port?, host?, backlog?, callback?): keep the port, the backlog and the callback.
    const port = typeof first === "function" || first === undefined ? 0 : first;
    const rest = args.slice(typeof first === "function" ? 0 : 1);
    const backlog = rest.find((value) => typeof value === "number");
    const callback = rest.find((value) => typeof value === "function");
    return listen.call(this, { port, host: "127.0.0.1", backlog }, callback);
  }
  return listen.apply(this, args);
};
