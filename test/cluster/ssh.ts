import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';

const SSHD = '/usr/sbin/sshd';

/** Why no host can be reached by ssh here; undefined when one can. */
export function whyNoSsh(): string | undefined {
  if (!existsSync(SSHD)) return 'needs sshd, of openssh-server';
  // Where it drops its privileges; the package's service makes it.
  if (userInfo().uid === 0 && !existsSync('/run/sshd')) return 'needs the folder /run/sshd';
  return undefined;
}

/** This machine as a host that is reached by ssh: an sshd on a free loopback port, with keys of its own. */
export class SshHost {
  private constructor(
    private readonly daemon: ChildProcess,
    /** What GNU parallel calls an sshlogin. */
    readonly login: string,
  ) {}

  /** @param search the path on which the host finds commands. */
  static async start(folder: string, search: string): Promise<SshHost> {
    const at = (name: string): string => path.join(folder, name);
    for (const key of ['host', 'user']) {
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    }
    const port = await freePort();
    const server = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('user.pub')}`,
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'PidFile none',
      'MaxStartups 100',
      `SetEnv PATH=${search}`,
    ];
    writeFileSync(at('sshd_config'), server.join('\n') + '\n');
    const client = [
      'Host one',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${at('user')}`,
      '  IdentitiesOnly yes',
      '  StrictHostKeyChecking no',
      `  UserKnownHostsFile ${at('known')}`,
    ];
    writeFileSync(at('ssh_config'), client.join('\n') + '\n');
    const daemon = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
    await until(port);
    return new SshHost(daemon, `ssh -q -F ${at('ssh_config')} one`);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.daemon.once('exit', resolve));
    if (this.daemon.kill()) await gone;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Waits until somebody listens. */
async function until(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const heard = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (heard) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nobody listens on port ${port}`);
}
