/*
 * Starts a machine's program with secrets that are in no file and in no configuration: reads them from standard input,
 * puts them before the environment it was given, and becomes the program. No libc, so that it runs in every image.
 *
 *   loader PROGRAM [ARGUMENT...]
 *
 * Input: a 32-bit little-endian length, then that many bytes of NAME=value strings, each ended by a zero byte. A variable
 * of the same name in the environment is dropped. Input that ends too early ends the loader with 125: it was started by a
 * control that was killed, and another one starts it again.
 */
#define MAX_INPUT (4 * 1024 * 1024)
#define MAX_VARIABLES 16384
#define MAX_PATH 8192

typedef unsigned long word;

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, CLOSE = 3, DUP2 = 33, EXECVE = 59, EXIT = 60, OPENAT = 257 };
static word call(word number, word a, word b, word c) {
  word result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
static word duplicate(word from, word to) { return call(DUP2, from, to, 0); }
__asm__(".global _start\n_start: xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call begin\n");
#elif defined(__aarch64__)
enum { READ = 63, WRITE = 64, DUP3 = 24, CLOSE = 57, EXECVE = 221, EXIT = 93, OPENAT = 56 };
static word call(word number, word a, word b, word c) {
  register word x8 __asm__("x8") = number;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
static word duplicate(word from, word to) { return call(DUP3, from, to, 0); }
__asm__(".global _start\n_start: mov x29,#0\n mov x0,sp\n bl begin\n");
#endif

#define FAILED(result) ((result) > (word)-4096)
#define ENOENT_RESULT ((word)-2)
#define EACCES_RESULT ((word)-13)
#define ENOTDIR_RESULT ((word)-20)
#define AT_FDCWD ((word)-100)

static char input[MAX_INPUT];
static char *environment[MAX_VARIABLES];
static char path[MAX_PATH];

static void leave(int status) {
  for (;;) call(EXIT, (word)status, 0, 0);
}

static word length(const char *text) {
  word count = 0;
  while (text[count] != 0) count += 1;
  return count;
}

static void say(const char *text) { call(WRITE, 2, (word)text, length(text)); }

static void fill(char *into, word count) {
  while (count > 0) {
    word got = call(READ, 0, (word)into, count);
    if (got == (word)-4) continue;
    if (got == 0 || FAILED(got)) leave(125);
    into += got;
    count -= got;
  }
}

/* Whether both strings have the same text before their first '='. */
static int same_name(const char *one, const char *other) {
  for (; *one != '=' && *one != 0; one += 1, other += 1)
    if (*one != *other) return 0;
  return *other == '=' || *other == 0;
}

static int has_slash(const char *text) {
  for (; *text != 0; text += 1)
    if (*text == '/') return 1;
  return 0;
}

/* Looks along PATH as a shell does; gives back why the last try failed. */
static word become(char **arguments) {
  const char *name = arguments[0];
  if (has_slash(name)) return call(EXECVE, (word)name, (word)arguments, (word)environment);
  const char *folders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (char **each = environment; *each != 0; each += 1)
    if (same_name("PATH=", *each) && (*each)[4] == '=') {
      folders = *each + 5;
      break;
    }
  word result = ENOENT_RESULT;
  for (;;) {
    word used = 0;
    while (*folders != ':' && *folders != 0 && used < MAX_PATH / 2) path[used++] = *folders++;
    if (used == 0) path[used++] = '.';
    path[used++] = '/';
    for (const char *letter = name; *letter != 0 && used < MAX_PATH - 1; letter += 1) path[used++] = *letter;
    path[used] = 0;
    word tried = call(EXECVE, (word)path, (word)arguments, (word)environment);
    if (tried != ENOENT_RESULT && tried != ENOTDIR_RESULT) result = tried;
    if (*folders == 0) return result;
    folders += 1;
  }
}

__attribute__((used)) void begin(word *stack) {
  word count = stack[0];
  char **arguments = (char **)(stack + 1);
  char **given = arguments + count + 1;
  unsigned char size[4];
  word variables = 0;

  if (count < 2) leave(125);
  fill((char *)size, 4);
  word bytes = (word)size[0] | (word)size[1] << 8 | (word)size[2] << 16 | (word)size[3] << 24;
  if (bytes >= MAX_INPUT) leave(125);
  fill(input, bytes);
  for (word at = 0; at < bytes && variables < MAX_VARIABLES / 2; at += length(input + at) + 1)
    environment[variables++] = input + at;
  word secrets = variables;
  for (; *given != 0 && variables < MAX_VARIABLES - 1; given += 1) {
    int replaced = 0;
    for (word at = 0; at < secrets && !replaced; at += 1) replaced = same_name(environment[at], *given);
    if (!replaced) environment[variables++] = *given;
  }
  environment[variables] = 0;

  /* the program reads what a program of a container without input reads */
  word null = call(OPENAT, AT_FDCWD, (word) "/dev/null", 0);
  if (!FAILED(null) && null != 0) {
    duplicate(null, 0);
    call(CLOSE, null, 0, 0);
  }
  word result = become(arguments + 1);
  say("exec: ");
  say(arguments[1]);
  say(result == EACCES_RESULT ? ": permission denied\n" : result == ENOENT_RESULT ? ": not found\n" : ": cannot be run\n");
  leave(result == ENOENT_RESULT ? 127 : 126);
}
