"""The names of conferences and journals, as authors write them.

The first of a line is what we call it; full names, where the acronym has none of its own in a
comment, follow. A blank stands for blanks and hyphens, case does not count but in `AMBIGUOUS`.
"""

from __future__ import annotations

import re

CONFERENCES = """
CVPR | Computer Vision and Pattern Recognition
ICCV | International Conference on Computer Vision
ECCV | European Conference on Computer Vision
NeurIPS | NIPS | Neural Information Processing Systems
ICML | International Conference on Machine Learning
ICLR | International Conference on Learning Representations
SIGGRAPH Asia
MIG | SIGGRAPH MIG | Motion Interaction and Games
SIGGRAPH
AAAI | Association for the Advancement of Artificial Intelligence
IJCAI | International Joint Conference on Artificial Intelligence | IJCAI ECAI
ECAI | European Conference on Artificial Intelligence
AISTATS
UAI | Uncertainty in Artificial Intelligence
COLT
COLM | Conference on Language Modeling
ACM MM | ACM Multimedia | ACMMM | ACM International Conference on Multimedia | MM
ACM MM Asia | MMAsia | ACM Multimedia Asia
MMM | International Conference on Multimedia Modeling | MultiMedia Modeling
MMSys
ICMR
WACV | Winter Conference on Applications of Computer Vision
BMVC | British Machine Vision Conference
ACCV | Asian Conference on Computer Vision
GCPR | DAGM GCPR | German Conference on Pattern Recognition
3DV | International Conference on 3D Vision
ICRA | International Conference on Robotics and Automation
IROS | Intelligent Robots and Systems
CoRL | Conference on Robot Learning
RSS | Robotics Science and Systems | Robotics: Science and Systems
Humanoids
CASE
L4DC
Interspeech
ICASSP | Acoustics Speech and Signal Processing | Acoustics, Speech and Signal Processing
ICASSP | Acoustics, Speech, and Signal Processing
ASRU
SLT
ISMIR
WASPAA
EUSIPCO
ACL | Annual Meeting of the Association for Computational Linguistics
EMNLP | Empirical Methods in Natural Language Processing
NAACL
EACL
AACL
COLING | LREC COLING
LREC
CoNLL
MICCAI | Medical Image Computing and Computer Assisted Intervention
ISBI | International Symposium on Biomedical Imaging
IPMI | Information Processing in Medical Imaging
MIDL | Medical Imaging with Deep Learning
EMBC
ISMRM
SPIE Medical Imaging
KDD | SIGKDD | Knowledge Discovery and Data Mining
WWW | TheWebConf | The Web Conference | ACM Web Conference
WSDM
SDM | SIAM International Conference on Data Mining
ICDM | International Conference on Data Mining
ICDE
SIGMOD
VLDB | PVLDB
CIKM
SIGIR
ECIR
RecSys
UMAP
PAKDD
ECML PKDD | ECML
CHI | Conference on Human Factors in Computing Systems
UIST
CSCW
IUI
DIS
IEEE VR | Virtual Reality and 3D User Interfaces | VR
ISMAR | International Symposium on Mixed and Augmented Reality
VRST
IEEE VIS | VIS
PacificVis
EuroVis
Eurographics
EGSR | Eurographics Symposium on Rendering
SCA | Symposium on Computer Animation
HPG | High Performance Graphics
I3D
SGP
Pacific Graphics | PG
CGI | Computer Graphics International
CASA
GI | Graphics Interface
ICME | International Conference on Multimedia and Expo
ICME | International Conference on Multimedia & Expo
ICIP | International Conference on Image Processing
ICPR | International Conference on Pattern Recognition
ICDAR
DAS
ICIAP
CAIP
VISAPP | Computer Vision Theory and Applications
VISIGRAPP
VCIP
PCS
MMSP
FG | Automatic Face and Gesture Recognition
IJCB
BIOSIG
ICB
ICMI
IVA
ACII
ICPRAI
PRCV
ICIG
DICTA
SCIA
CVMP
CVIP
ICVGIP
ICCP | International Conference on Computational Photography
IJCNN | International Joint Conference on Neural Networks
ICANN
ICONIP
ESANN
GECCO
IEEE SMC | Systems, Man, and Cybernetics | Systems Man and Cybernetics
ITSC | Intelligent Transportation Systems Conference
IV | Intelligent Vehicles Symposium
IGARSS | International Geoscience and Remote Sensing Symposium
USENIX Security
USENIX ATC
NSDI
OSDI
SOSP
CCS | Computer and Communications Security
NDSS
IEEE S&P | Symposium on Security and Privacy
SaTML
PETS | PoPETs
FAccT
AIES
ACSAC
AsiaCCS
ICICS
MobiCom
MobiSys
SenSys
INFOCOM
ASPLOS
ISCA
HPCA
MICRO
DAC
DATE
ICCAD
MLSys
HotNets
SIGCOMM
CODASPY
ICSE
FSE
ASE
WiCV
AutoML
CPAL
LoG
HRI
RO MAN
QoMEX
PLDI
POPL
SIGMETRICS
ICCC
ICAPS
AAMAS
"""

JOURNALS = """
TPAMI | T PAMI | PAMI | Transactions on Pattern Analysis and Machine Intelligence
TPAMI | Trans. Pattern Anal. Mach. Intell.
IJCV | International Journal of Computer Vision
TIP | Transactions on Image Processing
TOG | Transactions on Graphics | ACM Trans. Graph.
TVCG | Transactions on Visualization and Computer Graphics
CGF | Computer Graphics Forum
TMM | Transactions on Multimedia
TOMM | Transactions on Multimedia Computing, Communications, and Applications
TCSVT | Transactions on Circuits and Systems for Video Technology
TNNLS | Transactions on Neural Networks and Learning Systems
TCI | Transactions on Computational Imaging
TMI | Transactions on Medical Imaging
TGRS | Transactions on Geoscience and Remote Sensing
TIFS | Transactions on Information Forensics and Security
TKDE | Transactions on Knowledge and Data Engineering
TOIS | Transactions on Information Systems
TASLP | Transactions on Audio, Speech, and Language Processing
TAFFC | Transactions on Affective Computing
TRO | T RO | Transactions on Robotics
TITS | Transactions on Intelligent Transportation Systems
TIV | Transactions on Intelligent Vehicles
TETCI
TBIOM
TCYB | Transactions on Cybernetics
TDSC | Transactions on Dependable and Secure Computing
TACL | Transactions of the Association for Computational Linguistics
TMLR | Transactions on Machine Learning Research
JMLR | Journal of Machine Learning Research
JAIR
MLJ
RA L | RAL | Robotics and Automation Letters
IJRR
SPL | Signal Processing Letters
JSTSP | Journal of Selected Topics in Signal Processing
JBHI | J BHI | Journal of Biomedical and Health Informatics
JSTARS
IEEE Access
IEEE Internet of Things Journal | IoT Journal
IEEE Sensors Journal
MedIA | Medical Image Analysis
CVIU | Computer Vision and Image Understanding
CVM | Computational Visual Media
PR | Pattern Recognition
PRL | Pattern Recognition Letters
CAG | Computers & Graphics | Computers and Graphics
ISPRS Journal | ISPRS Journal of Photogrammetry and Remote Sensing
IMWUT
PACMHCI
ACM Computing Surveys | CSUR
Neurocomputing
Neural Networks
Knowledge Based Systems | KBS
Expert Systems with Applications | ESWA
Information Fusion
Remote Sensing
Sensors
Scientific Reports
Scientific Data
Nature
Nature Communications
Nature Machine Intelligence
Nature Methods
Nature Medicine
Nature Photonics
Nature Biomedical Engineering
npj Digital Medicine
Science
Science Advances
Science Robotics
PNAS
Optics Express
Optica
The Visual Computer
"""

# Words or acronyms of something else too: in this spelling only, and only with a year at them or
# after words such as "accepted by".
AMBIGUOUS = frozenset(
    (
        "mm|vr|fg|pg|chi|acl|rss|tip|tog|www|das|dis|case|slt|sca|cgi|casa|gi|iv|ccs|pets|micro|dac"
        "|date|ase|fse|log|pr|prl|cag|nature|science|sensors|remote sensing|optica|neural networks"
        "|information fusion|vis|cvm|spl|tro|tits|tci|tiv|mlj|umap|humanoids|iui|icb|iva|pcs|pami"
        "|pattern recognition|medical image analysis|mig|hri|icse|isca|sdm|icdm|wicv|iccc|hpg"
        "|sgp|i3d|kbs|media|ral|ra l|scientific reports|scientific data|neurocomputing|pldi|popl"
        "|motion interaction and games|sensys|colt|uai|kdd|lrec|mmm|cvip|dicta"
        "|medical imaging with deep learning|computer vision theory and applications"
    ).split("|")
)


def folded(name: str) -> str:
    """Return `name` as it is compared: small, with single blanks for blanks and hyphens."""
    return re.sub(r"[\s-]+", " ", name).casefold()


def _table(lines: str) -> dict[str, str]:
    """Return the name that we use for each folded spelling."""
    found: dict[str, str] = {}
    for line in lines.strip().splitlines():
        spellings = [part.strip() for part in line.split("|")]
        canonical = {"RA L": "RA-L", "RO MAN": "RO-MAN", "ECML PKDD": "ECML-PKDD"}
        name = canonical.get(spellings[0], spellings[0])
        found |= {folded(spelling): name for spelling in spellings}
    return found


VENUES = _table(CONFERENCES) | _table(JOURNALS)
JOURNAL_NAMES = frozenset(_table(JOURNALS).values())
# As written above, for those whose spelling counts.
SPELLINGS = frozenset(
    part.strip()
    for line in (CONFERENCES + JOURNALS).splitlines()
    for part in line.split("|")
    if folded(part.strip()) in AMBIGUOUS
)
