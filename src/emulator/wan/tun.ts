// Adapter: the TUN device, through libc calls made without leaving the calling thread. Addresses are passed as numbers:
// cheaper than Buffers, and nothing is allocated for a call.
import koffi from "koffi";
import { AppError } from "../../errors/app-error.ts";
import type { PacketDevice } from "./packet-loop.ts";

// linux/if_tun.h, linux/fcntl.h, linux/prctl.h, poll.h: the same on x86-64 and arm64.
const TUNSETIFF = 0x4004_54ca;
const TUNSETOFFLOAD = 0x4004_54d0;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUN_F_CSUM = 1;
const TUN_F_TSO4 = 2;
const TUN_F_TSO6 = 4;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const PR_SET_TIMERSLACK = 29;
const POLLIN = 1;
const IFREQ_BYTES = 40;
const IFREQ_FLAGS_OFFSET = 16;

/**
 * Opens (and thereby makes) the TUN device; it goes away with the process. Packets are exchanged through `memory`.
 * Also sets the calling thread's timer slack to 1 ns, which by default makes each sleep 50 µs longer.
 * @throws TUN_UNAVAILABLE the device cannot be opened or has no offloads
 */
export function openTun(name: string, memory: Uint8Array): PacketDevice {
  koffi.config({ ...koffi.config(), sync_stack_size: 65_536, sync_heap_size: 65_536 });
  const libc = koffi.load(null);
  const open = libc.func("int open(const char *path, int flags)");
  const ioctl = libc.func("int ioctl(int fd, unsigned long request, uintptr_t argument)");
  const prctl = libc.func("int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)");
  const read = libc.func("long read(int fd, uintptr_t buffer, size_t bytes)");
  const write = libc.func("long write(int fd, uintptr_t buffer, size_t bytes)");
  const ppoll = libc.func("int ppoll(uintptr_t fds, unsigned long count, uintptr_t timeout, uintptr_t mask)");

  const fd: number = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) throw tunError("/dev/net/tun cannot be opened");
  const request = new Uint8Array(new ArrayBuffer(IFREQ_BYTES));
  request.set(new TextEncoder().encode(name));
  new DataView(request.buffer).setUint16(IFREQ_FLAGS_OFFSET, IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, true);
  if (ioctl(fd, TUNSETIFF, addressOf(request)) < 0) throw tunError(`The TUN device ${name} cannot be made`);
  // With offloads, segments of up to 64 KB pass whole: 40 times fewer packets to carry at high rates.
  if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0)
    throw tunError(`The TUN device ${name} has no offloads`);
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);

  const base = addressOf(memory);
  const pollFd = new Int16Array(new ArrayBuffer(8)); // struct pollfd: int fd, short events, short revents
  new Int32Array(pollFd.buffer)[0] = fd;
  pollFd[2] = POLLIN;
  const pollFdAddress = addressOf(pollFd);
  const timeout = new Int32Array(new ArrayBuffer(16)); // struct timespec: two 64-bit integers, of which only the low halves are ever set
  const timeoutAddress = addressOf(timeout);

  return {
    wait(timeoutUs) {
      const seconds = Math.floor(timeoutUs / 1e6);
      timeout[0] = seconds;
      timeout[2] = Math.floor((timeoutUs - seconds * 1e6) * 1e3);
      if (ppoll(pollFdAddress, 1, timeoutAddress, 0) <= 0) return false;
      if (pollFd[3] !== POLLIN) throw new AppError("TUN_UNAVAILABLE", `The TUN device ${name} went away`);
      return true;
    },
    read: (offset, capacity) => read(fd, base + offset, capacity) as number,
    write: (offset, length) => void write(fd, base + offset, length),
  };
}

/** The memory of an ArrayBuffer is never moved (that of a small array made without one is), so its address stays good. */
function addressOf(array: Uint8Array | Int16Array | Int32Array): number {
  return Number(koffi.address(array));
}

function tunError(message: string): AppError {
  const errno = koffi.errno();
  const name = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? String(errno);
  return new AppError("TUN_UNAVAILABLE", `${message} (${name})`, { details: { errno: name } });
}
