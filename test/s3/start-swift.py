"""
Starts OpenStack Swift with its S3 interface on the loopback, for tests: one replica of everything in a temporary folder,
free ports. Prints one line of JSON when it is ready: {"endpoint", "accessKey", "secretKey"}. Ends, with all it started,
when its standard input does. Exit code 3 and a line on stderr: something that it needs is not installed.
"""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PROGRAMS = ['swift-proxy-server', 'swift-account-server', 'swift-container-server', 'swift-object-server',
            'swift-ring-builder']
KINDS = ['account', 'container', 'object']
USER = pwd.getpwuid(os.getuid()).pw_name
# Objects of one answer to a request for a list.
PAGE = int(os.environ.get('PAGE', '1000'))
ACCESS_KEY, SECRET_KEY = 'test:tester', 'testing'


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('127.0.0.1', 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def require():
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    try:
        import swift.common.middleware.s3api  # noqa: F401
    except ImportError:
        missing.append('the s3api filter')
    if missing:
        print('Swift is not installed: ' + ', '.join(missing), file=sys.stderr)
        sys.exit(3)


def write_servers(root, ports):
    (root / 'swift.conf').write_text(
        '[swift-hash]\nswift_hash_path_prefix = test\nswift_hash_path_suffix = test\n'
        '[storage-policy:0]\nname = gold\ndefault = yes\n'
        '[swift-constraints]\nmax_header_size = 32768\n')
    for kind in KINDS:
        (root / f'{kind}.conf').write_text(
            f'[DEFAULT]\ndevices = {root}/devices\nmount_check = false\nbind_ip = 127.0.0.1\n'
            f'bind_port = {ports[kind]}\nuser = {USER}\nswift_dir = {root}\nworkers = 0\n'
            f'log_address = {root}/no-log\nlog_level = ERROR\nfallocate_reserve = 0\n'
            f'[pipeline:main]\npipeline = {kind}-server\n'
            f'[app:{kind}-server]\nuse = egg:swift#{kind}\n')
    (root / 'proxy.conf').write_text(
        f'[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {ports["proxy"]}\nuser = {USER}\nswift_dir = {root}\n'
        f'workers = 0\nlog_address = {root}/no-log\nlog_level = ERROR\n'
        '[pipeline:main]\npipeline = catch_errors cache s3api tempauth proxy-server\n'
        '[filter:catch_errors]\nuse = egg:swift#catch_errors\n'
        f'[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:{ports["memcached"]}\n'
        f'[filter:s3api]\nuse = egg:swift#s3api\ns3_acl = false\nmax_bucket_listing = {PAGE}\n'
        '[filter:tempauth]\nuse = egg:swift#tempauth\nuser_test_tester = testing .admin\n'
        'user_other_nobody = nothing\n'
        '[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\n')


def build_rings(root, ports):
    (root / 'devices/d1').mkdir(parents=True)
    for kind in KINDS:
        builder = str(root / f'{kind}.builder')
        for step in [['create', '4', '1', '1'], ['add', f'r1z1-127.0.0.1:{ports[kind]}/d1', '1'], ['rebalance']]:
            subprocess.run(['swift-ring-builder', builder, *step], check=True, stdout=subprocess.DEVNULL)


def start(root, ports):
    log = open(root / 'log', 'w')
    commands = [[f'swift-{kind}-server', str(root / f'{kind}.conf')] for kind in ['proxy', *KINDS]]
    if shutil.which('memcached'):
        commands.append(['memcached', '-l', '127.0.0.1', '-p', str(ports['memcached']), '-u', USER, '-m', '16'])
    return [subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) for command in commands]


def wait_until_ready(endpoint, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        try:
            urllib.request.urlopen(endpoint, timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit('Swift did not start')


def main():
    require()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    root = pathlib.Path(tempfile.mkdtemp(prefix='facetag-swift-'))
    ports = dict(zip(['proxy', 'memcached', *KINDS], free_ports(5)))
    processes = []
    try:
        write_servers(root, ports)
        build_rings(root, ports)
        processes = start(root, ports)
        endpoint = f'http://127.0.0.1:{ports["proxy"]}'
        wait_until_ready(endpoint)
        print(json.dumps({'endpoint': endpoint, 'accessKey': ACCESS_KEY, 'secretKey': SECRET_KEY}), flush=True)
        sys.stdin.read()
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        if '--keep' not in sys.argv:
            shutil.rmtree(root, ignore_errors=True)
        else:
            print(root, file=sys.stderr)


main()
