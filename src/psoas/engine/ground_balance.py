"""What the floor has to push otherwise when a movement changes, and how two feet share it.

Newton and Euler of the whole body say which force and moment have to act on it from outside. A changed
movement needs a changed pair. While one foot is down it takes all of the change: three forces, and three
moments about where it was pressed (the centre of pressure moves, and the free moment). While two are down
the smallest change is taken that balances, as a part of what each foot bears:

    minimise  sum over feet of (|dF|^2 + |dN|^2 / lever^2) / share^2    subject to    balance
"""

import numpy as np
from jaxtyping import Float

_LEVER_M = 0.05  # how far a foot moves its pressure rather than hand its load to the other: a choice
_NO_FOOT = 1e-9


def shared_change(
    force_n: Float[np.ndarray, "time 3"],
    moment_nm: Float[np.ndarray, "time 3"],
    arm_m: Float[np.ndarray, "time 2 3"],
    share: Float[np.ndarray, "time 2"],
) -> tuple[Float[np.ndarray, "time 2 3"], Float[np.ndarray, "time 2 3"]]:
    """Change of each foot's force, and of its moment about where it is pressed.

    `force_n` and `moment_nm` (about one point) are the change that is needed, `arm_m` leads from that point
    to where each foot is pressed, `share` is each foot's part of the weight (both 0: nobody is on the floor,
    and nothing is changed).
    """
    frames = len(force_n)
    give = np.zeros((frames, 6, 12))  # outside force and moment by (F_r, N_r, F_l, N_l)
    for foot in range(2):
        give[:, :3, 6 * foot : 6 * foot + 3] = np.eye(3)
        give[:, 3:, 6 * foot : 6 * foot + 3] = cross_matrix(arm_m[:, foot])
        give[:, 3:, 6 * foot + 3 : 6 * foot + 6] = np.eye(3)
    ease = np.repeat(share**2, 6, axis=1) * np.tile([1.0] * 3 + [_LEVER_M**2] * 3, 2)
    eased = ease[:, :, None] * give.transpose(0, 2, 1)
    normal = give @ eased
    down = share.sum(axis=1) > _NO_FOOT
    normal[~down] = np.eye(6)
    needed = np.concatenate([force_n, moment_nm], axis=1)
    given = (eased @ np.linalg.solve(normal, needed[..., None]))[..., 0].reshape(frames, 2, 2, 3)
    return given[:, :, 0], given[:, :, 1]


def cross_matrix(arm_m: Float[np.ndarray, "time 3"]) -> Float[np.ndarray, "time 3 3"]:
    """The matrix that turns a force into its moment, arm x force."""
    x, y, z = arm_m.T
    nothing = np.zeros_like(x)
    return np.stack([nothing, -z, y, z, nothing, -x, -y, x, nothing], axis=1).reshape(-1, 3, 3)
