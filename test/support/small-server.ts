// A server in what the smallest base image brings: its image is one file more than the base, so that building, pushing
// and starting it cost next to nothing.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

export const SMALL_BASE = "debian:bookworm-slim";

const SERVER = `use IO::Socket::INET;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 50, ReuseAddr => 1) or die $!;
print "serving $ENV{ANSWER}\\n";
while (1) {
  my $client = $server->accept() or next;
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  my $text = $ENV{ANSWER};
  print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($text) . "\\r\\nConnection: close\\r\\n\\r\\n$text";
  close $client;
}
`;

/** Writes a project of one service with one check. @param more lines of the Dockerfile */
export async function writeSmallApp(folder: string, app: string, answer: string, more = ""): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, "fly.toml"),
    `app = "${app}"\nprimary_region = "iad"\nkill_timeout = 2\n[http_service]\n  internal_port = 8080\n  [[http_service.checks]]\n    interval = "1s"\n    timeout = "1s"\n    grace_period = "1s"\n    path = "/"\n`,
  );
  await writeFile(path.join(folder, "server.pl"), SERVER);
  await writeFile(
    path.join(folder, "Dockerfile"),
    `FROM ${SMALL_BASE}\nENV ANSWER=${answer}\n${more}COPY server.pl /server.pl\nCMD ["perl", "/server.pl"]\n`,
  );
}
